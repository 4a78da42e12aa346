/** Messages as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import { DELETED_USER, Id, type ProfileRow, Time, toTime } from './values.ts';

export const Message = z
  .object({
    id: Id,
    channelId: Id,
    content: z.string(),
    userId: Id,
    user: z.object({ id: Id, name: z.string(), avatar: z.string().nullable() }),
    attachments: z.array(
      z.object({ id: Id, name: z.string(), url: z.string(), size: z.number(), type: z.string() }),
    ),
    reactions: z.array(z.object({ emoji: z.string(), userId: Id, userName: z.string() })),
    reactionCount: z.int(),
    threadCount: z.int(),
    isPinned: z.boolean(),
    isEdited: z.boolean(),
    editedAt: Time.nullable(),
    linkPreview: z
      .object({ url: z.string(), title: z.string(), description: z.string(), image: z.string() })
      .nullable(),
    scheduledFor: Time.nullable(),
    voiceNote: z.object({ url: z.string(), duration: z.number() }).nullable(),
    createdAt: Time,
  })
  .openapi('Message');

/** What to select for the shape. */
export const MESSAGE_COLUMNS =
  'id, channel_id, seq, body, created_at, author:profiles!messages_author_id_fkey(id, name, avatar_url)';

export interface MessageRow {
  id: string;
  channel_id: string;
  seq: number;
  body: string;
  created_at: string;
  author: ProfileRow | null;
}

export function toMessage(row: MessageRow): z.infer<typeof Message> {
  const author = row.author ?? DELETED_USER;
  return {
    id: row.id,
    channelId: row.channel_id,
    content: row.body,
    userId: author.id,
    user: { id: author.id, name: author.name, avatar: author.avatar_url },
    attachments: [],
    reactions: [],
    reactionCount: 0,
    threadCount: 0,
    isPinned: false,
    isEdited: false,
    editedAt: null,
    linkPreview: null,
    scheduledFor: null,
    voiceNote: null,
    createdAt: toTime(row.created_at),
  };
}
