/** Beside who is typing: who has read one's newest message, while nobody has said anything since. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import { useUsers } from '@confab/sdk/react';
import { useMe } from '../me.ts';
import { useMessageContext } from '../messages/message-context.ts';
import { Icon } from '../ui/icon.tsx';
import { hasReceipts, useReaders } from './use-readers.ts';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  messages: readonly Message[];
}

export function SeenLine({ channel, info, messages }: Props) {
  const { userId } = useMe();
  const newest = messages.findLast(({ kind }) => kind === 'user');
  const isOwn = newest?.author?.id === userId && newest.status === 'sent' && newest.deletedAt === null;
  return isOwn && hasReceipts(info) ? <Seen channel={channel} info={info} message={newest} /> : null;
}

/** As many names as the line has room for. */
const NAMES = 2;

function Seen({ channel, info, message }: { channel: Channel; info: ChannelInfo; message: Message }) {
  const { show } = useMessageContext();
  const { readers } = useReaders(channel, message);
  const { people } = useUsers(readers.slice(0, NAMES).map(({ userId }) => userId));
  if (readers.length === 0) return null;
  const names = [...people.values()].map(({ name }) => name);
  return (
    <button
      type="button"
      className="link seen"
      aria-haspopup="dialog"
      onClick={() => show('readers', message)}
    >
      <Icon name="check" />
      <span className="name">
        {info.kind === 'dm' ? 'Seen' : `Seen by ${namesText(names, readers.length, info.memberCount)}`}
      </span>
    </button>
  );
}

function namesText(names: string[], count: number, members: number): string {
  if (count > 1 && count >= members - 1) return 'everybody';
  if (names.length < Math.min(count, NAMES)) return String(count);
  if (count <= NAMES) return names.join(' and ');
  return `${names.join(', ')} and ${count - NAMES} more`;
}
