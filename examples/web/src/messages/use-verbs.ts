/** What the reader may do with a message, as far as the SDK knows; what is missing here is not offered. */
import type { Message } from '@confab/sdk';
import { useMe } from '../me.ts';
import { showBeside } from '../place.ts';
import { hasReceipts } from '../receipts/use-readers.ts';
import { attempt } from '../ui/toasts.tsx';
import { useMessageContext } from './message-context.ts';
import { linkTo } from './message-link.ts';

type Verb = (() => void) | undefined;

export interface Verbs {
  reply: Verb;
  react: boolean;
  edit: Verb;
  remove: Verb;
  pin: Verb;
  unpin: Verb;
  markUnread: Verb;
  /** Who has read it. */
  readers: Verb;
  /** What it said before. */
  history: Verb;
  copyLink: Verb;
  copyText: Verb;
}

const copy = (text: string, done: string) => () =>
  void attempt(() => navigator.clipboard.writeText(text), done);

export function useVerbs(message: Message): Verbs {
  const { userId } = useMe();
  const { channel, info, isThread, setEditing, show } = useMessageContext();
  const { id, seq, body, author, status, deletedAt, pinnedAt, replyCount } = message;
  const can = new Set(info.capabilities);
  const isOwn = author?.id === userId;
  const isThere = seq !== null && status === 'sent' && deletedAt === null;

  const when = (allowed: boolean, action: (seq: number) => void): Verb =>
    isThere && allowed ? () => action(seq) : undefined;

  return {
    reply: when(!isThread && (can.has('reply') || replyCount > 0), (at) =>
      showBeside({ thread: message.parentSeq ?? at }),
    ),
    react: isThere && can.has('react'),
    edit: when(isOwn && can.has('send_message'), () => setEditing(id)),
    remove: when(isOwn || can.has('delete_any_message'), () => show('delete', message)),
    pin: when(can.has('pin') && pinnedAt === null, (at) => void attempt(() => channel.pins.add(at))),
    unpin: when(can.has('pin') && pinnedAt !== null, (at) => void attempt(() => channel.pins.remove(at))),
    markUnread: when(!isThread, (at) => void attempt(() => channel.markUnread(at), 'Marked as unread')),
    readers: when(!isThread && hasReceipts(info), () => show('readers', message)),
    history: when(message.editedAt !== null, () => show('history', message)),
    copyLink: when(true, copy(linkTo(info, id), 'Link copied')),
    copyText: when(body !== '', copy(body, 'Text copied')),
  };
}
