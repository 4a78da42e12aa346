/** ConnectBest's shapes and status codes: our rows in its words. It translates and decides nothing. */
import { z } from '@hono/zod-openapi';
import type { ApiError } from '../../_shared/errors.ts';

const Id = z.guid().openapi({ format: 'uuid' });
const Time = z.iso.datetime().openapi({ description: 'ISO 8601, UTC' });
const PRESENCES = ['online', 'away', 'busy', 'inmeeting', 'offline'] as const;

const Account = z.object({
  id: Id,
  email: z.string(),
  name: z.string(),
  role: z.enum(['user', 'admin']),
  phone: z.string().nullable(),
  emailVerified: z.boolean(),
});

export const RegisteredUser = Account.extend({ createdAt: Time }).openapi('RegisteredUser');

export const SignedInUser = Account.extend({
  image: z.string().nullable(),
  status: z.enum(PRESENCES),
  statusMessage: z.string().nullable(),
}).openapi('SignedInUser');

export const CurrentUser = SignedInUser.extend({
  preferences: z.object({ notifications: z.boolean(), soundEnabled: z.boolean(), timezone: z.string() }),
  createdAt: Time,
}).openapi('CurrentUser');

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

/** What to select for the shapes below. */
export const ACCOUNT_COLUMNS =
  'role, email, email_verified_at, phone, created_at, profile:profiles!accounts_user_id_fkey!inner(id, name, avatar_url)';
export const MESSAGE_COLUMNS =
  'id, channel_id, seq, body, created_at, author:profiles!messages_author_id_fkey(id, name, avatar_url)';

interface ProfileRow {
  id: string;
  name: string;
  avatar_url: string | null;
}

export interface AccountRow {
  role: string;
  email: string | null;
  email_verified_at: string | null;
  phone: string | null;
  created_at: string;
  profile: ProfileRow;
}

export interface MessageRow {
  id: string;
  channel_id: string;
  seq: number;
  body: string;
  created_at: string;
  author: ProfileRow | null;
}

const toTime = (timestamp: string) => new Date(timestamp).toISOString();

const toAccount = (row: AccountRow): z.infer<typeof Account> => ({
  id: row.profile.id,
  email: row.email ?? '',
  name: row.profile.name,
  role: row.role === 'admin' ? 'admin' : 'user',
  phone: row.phone,
  emailVerified: row.email_verified_at !== null,
});

export const toRegisteredUser = (row: AccountRow): z.infer<typeof RegisteredUser> => ({
  ...toAccount(row),
  createdAt: toTime(row.created_at),
});

export const toSignedInUser = (row: AccountRow): z.infer<typeof SignedInUser> => ({
  ...toAccount(row),
  image: row.profile.avatar_url,
  status: 'offline',
  statusMessage: null,
});

export const toCurrentUser = (row: AccountRow): z.infer<typeof CurrentUser> => ({
  ...toSignedInUser(row),
  preferences: { notifications: true, soundEnabled: true, timezone: 'UTC' },
  createdAt: toTime(row.created_at),
});

/** Stands for authors whose account is gone, as the document promises every message one. */
const DELETED_USER: ProfileRow = {
  id: '00000000-0000-0000-0000-000000000000',
  name: 'Deleted user',
  avatar_url: null,
};

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

/** Where the document asks for another status than ours. */
const STATUSES: Record<string, number> = { user_already_exists: 400, weak_password: 400 };

/** Which field of the document a rule of the database or of Auth is about. */
const FIELDS: Record<string, string> = {
  user_already_exists: 'email',
  weak_password: 'password',
  invalid_code: 'code',
  invalid_name: 'name',
  message_empty: 'content',
  message_too_long: 'content',
};

export function translateError(error: ApiError): ApiError {
  const field = FIELDS[error.code];
  return error.with({
    status: STATUSES[error.code],
    details: error.details ?? (field ? [{ field, message: error.message }] : undefined),
  });
}
