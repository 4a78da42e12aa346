/** Messages as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import { escapeHtml } from '../../../_shared/html.ts';
import type { FileUrls } from '../../core/files.ts';
import type { FoundPage, MessageRow } from '../../core/messages.ts';
import { Attachment, toAttachment } from './files.ts';
import { DELETED_USER, Id, Time, toTime, Username } from './values.ts';

export const Message = z
  .object({
    id: Id,
    channelId: Id,
    content: z.string().openapi({ example: 'Lunch at noon? https://example.com/menu' }),
    userId: Id,
    user: z.object({
      id: Id,
      name: z.string().openapi({ example: 'Ada' }),
      username: Username,
      avatar: z.string().nullable(),
    }),
    attachments: z.array(Attachment),
    reactions: z
      .array(
        z.object({
          emoji: z.string().openapi({ example: '👍' }),
          userId: Id,
          userName: z.string().openapi({ example: 'Bob' }),
        }),
      )
      .openapi({ description: 'The first 100' }),
    reactionCount: z.int().openapi({ description: 'Additive: how many reactions there are in all' }),
    threadCount: z.int().openapi({ description: 'Replies in its thread' }),
    kind: z
      .enum(['user', 'system'])
      .openapi({ description: 'Additive: system messages tell what happened in the channel' }),
    parentMessageId: Id.nullable().openapi({ description: 'Additive: the first message of its thread' }),
    isPinned: z.boolean(),
    isEdited: z.boolean(),
    editedAt: Time.nullable(),
    linkPreview: z
      .object({ url: z.string(), title: z.string(), description: z.string(), image: z.string() })
      .nullable()
      .openapi({
        description: 'What the page of the first link says of itself; what it leaves out is empty',
      }),
    scheduledFor: Time.nullable(),
    voiceNote: z.object({ url: z.string(), duration: z.number() }).nullable(),
    createdAt: Time,
  })
  .openapi('Message');

export const FoundMessage = Message.extend({
  channel: z.object({
    id: Id,
    name: z.string().nullable().openapi({ description: 'Of direct messages the other person' }),
    type: z.enum(['public', 'private', 'group', 'dm']),
  }),
  highlight: z.string().openapi({
    description:
      'Additive: HTML in which <mark> is the only markup, around what matches; all else is escaped',
    example: '<mark>Lunch</mark> at noon?',
  }),
}).openapi('FoundMessage');

type Urls = ReadonlyMap<string, FileUrls>;

export function toMessage(row: MessageRow, urls: Urls): z.infer<typeof Message> {
  const author = row.author ?? DELETED_USER;
  return {
    id: row.id,
    channelId: row.channel_id,
    content: row.body,
    userId: author.id,
    user: { id: author.id, name: author.name, username: author.username, avatar: author.avatar_url },
    attachments: row.files.map((file) => toAttachment(file, urls)),
    reactions: row.reactions.map(({ emoji, user_id, user_name }) => ({
      emoji,
      userId: user_id,
      userName: user_name,
    })),
    reactionCount: row.reaction_count,
    threadCount: row.reply_count,
    kind: row.kind,
    parentMessageId: row.parent_id,
    isPinned: row.pinned_at !== null,
    isEdited: row.edited_at !== null,
    editedAt: row.edited_at && toTime(row.edited_at),
    linkPreview: row.link_preview,
    scheduledFor: row.scheduled_for && toTime(row.scheduled_for),
    voiceNote: null,
    createdAt: toTime(row.created_at),
  };
}

export function toFoundMessage(
  { message, channel, snippet }: FoundPage['hits'][number],
  urls: Urls,
): z.infer<typeof FoundMessage> {
  return {
    ...toMessage(message, urls),
    channel: { id: channel.id, name: channel.name, type: channel.kind as 'public' },
    highlight: toHighlight(snippet),
  };
}

/** The search marks what matches with U+0002 and U+0003. */
const toHighlight = (snippet: string) =>
  escapeHtml(snippet).replaceAll('\u0002', '<mark>').replaceAll('\u0003', '</mark>');
