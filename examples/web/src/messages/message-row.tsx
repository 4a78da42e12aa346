/** One line of the list: a message, with the day and the "new" line that may stand over it. */
import { memo } from 'react';
import type { Row } from './grouping.ts';
import { likelyHeight } from './likely-height.ts';
import { MessageItem } from './message-item.tsx';
import { SystemLine } from './system-line.tsx';

export const MessageRow = memo(
  function MessageRow({ row }: { row: Row }) {
    const { message, day, isFirstNew, isContinued } = row;
    return (
      <li id={`message-${message.id}`} style={{ containIntrinsicBlockSize: `auto ${likelyHeight(row)}px` }}>
        {day && (
          <div className="day">
            <span>{day}</span>
          </div>
        )}
        {isFirstNew && <div className="new-line">New messages</div>}
        {message.kind === 'system' ? (
          <SystemLine message={message} />
        ) : (
          <MessageItem message={message} isContinued={isContinued} />
        )}
      </li>
    );
  },
  // Rows are made anew with every change of the list; most of them say the same as before.
  (before, now) =>
    before.row.message === now.row.message &&
    before.row.day === now.row.day &&
    before.row.isFirstNew === now.row.isFirstNew &&
    before.row.isContinued === now.row.isContinued,
);
