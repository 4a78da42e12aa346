/** What the channel itself says: somebody joined, something was pinned. */
import type { Message } from '@confab/sdk';
import { fullText, timeText } from '../ui/dates.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

const ICONS: [RegExp, IconName][] = [
  [/pinned/, 'pin'],
  [/archived/, 'archive'],
  [/admin|member/, 'shield'],
  [/joined|left|added|removed/, 'people'],
];

export function SystemLine({ message: { body, createdAt } }: { message: Message }) {
  const icon = ICONS.find(([pattern]) => pattern.test(body))?.[1] ?? 'info';
  return (
    <div className="system">
      <Icon name={icon} />
      <p>{body}</p>
      <time dateTime={createdAt.toISOString()} title={fullText(createdAt)}>
        {timeText(createdAt)}
      </time>
    </div>
  );
}
