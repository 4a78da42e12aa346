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

/** What a message is before anybody has seen it. */
const UNSEEN = {
  seq: null,
  kind: 'user',
  editedAt: null,
  deletedAt: null,
  replyCount: 0,
  lastReplyAt: null,
  replyUserIds: [],
  reactions: [],
  pinnedAt: null,
  mentions: { userIds: [], everyone: null },
  change: 0,
} as const;

/** The message as live views show it. */
export function toPending(queued: QueuedMessage, progress: number | null): Message {
  const { files, refusal, ...said } = queued;
  return {
    ...UNSEEN,
    ...said,
    files: files.map(({ info }) => info),
    status: refusal ? 'failed' : 'pending',
    error: toError(queued),
    progress,
  };
}
