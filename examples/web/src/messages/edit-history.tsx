/** What a message says and said before, newest first. */
import type { Channel, Message, MessageEdit } from '@confab/sdk';
import { useEffect, useState } from 'react';
import { fullText } from '../ui/dates.ts';
import { Dialog } from '../ui/dialog.tsx';
import { errorText } from '../ui/error-text.ts';
import { MessageText } from './message-text.tsx';

interface Props {
  channel: Channel;
  message: Message;
  onClose(): void;
}

/** An earlier text is kept without whom it meant. */
const NOBODY: Message['mentions'] = { userIds: [], everyone: null };

export function EditHistory({ channel, message, onClose }: Props) {
  const { seq, body, mentions, editedAt, deletedAt } = message;
  const [edits, setEdits] = useState<readonly MessageEdit[] | null>(null);
  const [error, setError] = useState('');

  useEffect(() => {
    if (seq === null) return;
    let isWanted = true;
    channel.messages.listEdits(seq).then(
      (list) => isWanted && setEdits(list),
      (refusal: unknown) => isWanted && setError(errorText(refusal)),
    );
    return () => {
      isWanted = false;
    };
  }, [channel, seq]);

  return (
    <Dialog title={deletedAt ? 'Deleted message' : 'Edit history'} onClose={onClose}>
      <ol className="versions" aria-label="Versions" aria-busy={edits === null && error === ''}>
        {!deletedAt && (
          <li>
            <p className="hint small">Now{editedAt && `, since ${fullText(editedAt)}`}</p>
            <MessageText body={body} mentions={mentions} />
          </li>
        )}
        {edits?.map((edit) => (
          <li key={edit.writtenAt.getTime()}>
            <p className="hint small">{fullText(edit.writtenAt)}</p>
            {edit.body === '' ? (
              <p className="gone">No text</p>
            ) : (
              <MessageText body={edit.body} mentions={NOBODY} />
            )}
          </li>
        ))}
      </ol>
      {edits?.length === 0 && <p className="hint">Nothing of it was kept.</p>}
      <p className="error" role="alert">
        {error}
      </p>
    </Dialog>
  );
}
