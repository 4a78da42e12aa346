/** A message on its way: how it is kept, shown and made ready to go. */
import type { MessageCustom } from '../custom.ts';
import type { ErrorCode } from '../error-codes.ts';
import { ChatError } from '../errors.ts';
import type { FileInfo } from '../files.ts';
import type { Message } from '../messages.ts';
import type { User } from '../users.ts';

/** A message on its way, as it is stored. */
export interface QueuedMessage {
  id: string;
  channelId: string;
  author: User;
  body: string;
  custom: MessageCustom;
  parentSeq: number | null;
  inChannel: boolean;
  createdAt: Date;
  /** What is to be uploaded, under an id that lets a repeated upload go on; without blob it is uploaded already. */
  files: { info: FileInfo; blob: Blob | null }[];
  /** Why the server does not take it; null while it is on its way. */
  refusal: { code: ErrorCode; message: string; status: number } | null;
}

/** Why the server does not take it. */
export const toError = ({ refusal }: QueuedMessage): ChatError | null =>
  refusal && new ChatError(refusal.code, refusal.message, { status: refusal.status });

/** The message as live views show it. */
export function toPending(queued: QueuedMessage, progress: number | null): Message {
  const { id, channelId, author, body, custom, parentSeq, inChannel, createdAt } = queued;
  return {
    id,
    channelId,
    seq: null,
    kind: 'user',
    author,
    body,
    custom,
    createdAt,
    editedAt: null,
    deletedAt: null,
    parentSeq,
    inChannel,
    replyCount: 0,
    lastReplyAt: null,
    replyUserIds: [],
    reactions: [],
    pinnedAt: null,
    mentions: { userIds: [], everyone: null },
    files: queued.files.map(({ info }) => info),
    change: 0,
    status: queued.refusal ? 'failed' : 'pending',
    error: toError(queued),
    progress,
  };
}
