/** Kinds of values that the shapes of several documents are made of. */
import { z } from '@hono/zod-openapi';
import type { Reason } from '../../_shared/http.ts';
import { absent, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import type { FileRow } from '../core/files.ts';
import type { MessageRow } from '../core/messages.ts';
import type { NotificationRow } from '../core/notifications.ts';
import type { Deps } from '../deps.ts';
import { Notification, toNotification } from './connectbest/notifications.ts';
import { Id, Time, toTime } from './connectbest/values.ts';

export { Id, Time, toTime };

/** What a document says of a thing that is done. */
export const message = (words: string) => z.string().openapi({ example: words });

/** The answer of what has nothing else to say. */
export const Done = (words: string) => z.object({ message: message(words) });

export async function done(act: PromiseLike<unknown>, words: string) {
  await act;
  return { message: words };
}

/** The fields of a body for what a message says: documents that name none get it under any of these. */
export function wordings(first: 'message' | 'content') {
  const content = (more: object) =>
    absent(text({ max: 40_000 }).optional()).openapi({ type: 'string', example: 'Lunch at noon?', ...more });
  const same = content({ description: `The same as ${first}` });
  return { message: same, content: same, text: same, [first]: content({}) };
}

export const contentOf = (body: {
  message?: string | undefined;
  content?: string | undefined;
  text?: string | undefined;
}) => body.message ?? body.content ?? body.text;

/** Lists that the documents leave without an end. */
export const Page = z.object({
  limit: pageLimit(100),
  before: Uuid.optional().openapi({ description: 'Additive: the id that the page ends before' }),
});

/** Where the next page begins, which for both is further in the past. */
export const NEWEST_FIRST = { behind: 'last', field: 'id', parameter: 'before' } as const;
export const OLDEST_FIRST = { ...NEWEST_FIRST, behind: 'first' } as const;

/** Stands for people whose account is gone. */
export const DELETED_USER = {
  id: '00000000-0000-0000-0000-000000000000',
  username: 'deleted-user',
};

export const SharedFile = z
  .object({
    id: Id,
    name: z.string().openapi({ example: 'plan.pdf' }),
    url: z.string().openapi({ description: 'Takes the token of whoever may read it' }),
    size: z.int().openapi({ description: 'Bytes' }),
    type: z.string().openapi({ description: 'Media type', example: 'application/pdf' }),
  })
  .openapi('SharedFile');

export const toSharedFile = (
  { id, name, size, mime_type: type }: Pick<FileRow, 'id' | 'name' | 'size' | 'mime_type'>,
  { urls }: Deps,
) => ({ id, name, url: `${urls.gateway}/functions/v1/api/files/${id}`, size, type });

export const UploadedFile = SharedFile.extend({ uploadedAt: Time }).openapi('UploadedFile');

export const toUploadedFile = (
  file: Parameters<typeof toSharedFile>[0] & { created_at: string },
  deps: Deps,
) => ({ ...toSharedFile(file, deps), uploadedAt: toTime(file.created_at) });

/** Of uploads in the field `file`. */
export const uploadErrors = {
  400: [
    'There is no file, there are several, or it is empty or has no name; or a field is wrong',
    ...['too_many_files', 'file_empty', 'invalid_file_name'],
  ],
  413: ['It is larger than 50 MB', 'file_too_large'],
  415: [
    'It is a program or of another type that is not taken, or the request is no form',
    'file_type_not_allowed',
  ],
} satisfies Record<number, Reason>;

/** A message as both documents read it that have lists of them without shapes. */
export const RoomMessage = z
  .object({
    id: Id,
    roomId: Id,
    conversationId: Id,
    senderId: Id,
    sender: Id,
    username: z.string().openapi({ example: 'ada' }),
    content: z.string().openapi({ example: 'Lunch at noon?' }),
    message: z.string().openapi({ example: 'Lunch at noon?' }),
    files: z.array(SharedFile),
    timestamp: Time,
  })
  .openapi('RoomMessage');

export function toRoomMessage(row: MessageRow, deps: Deps): z.infer<typeof RoomMessage> {
  const { id, username } = row.author ?? DELETED_USER;
  return {
    id: row.id,
    roomId: row.channel_id,
    conversationId: row.channel_id,
    senderId: id,
    sender: id,
    username,
    content: row.body,
    message: row.body,
    files: row.files.map((file) => toSharedFile(file, deps)),
    timestamp: toTime(row.created_at),
  };
}

/** A notification under the names of each document that lists them barely. */
export const Notice = z
  .object({
    id: Id,
    type: z.literal('message'),
    kind: Notification.shape.type,
    content: z.string().openapi({ example: 'Lunch is ready' }),
    message: z.string().openapi({ example: 'Lunch is ready' }),
    read: z.boolean(),
    createdAt: Time,
  })
  .openapi('Notice');

export function toNotice(row: NotificationRow): z.infer<typeof Notice> {
  const { id, type: kind, message: sentence, read, createdAt } = toNotification(row);
  // What somebody sent speaks for itself.
  const content = row.channel_id === null ? row.text : sentence;
  return { id, type: 'message', kind, content, message: content, read, createdAt };
}
