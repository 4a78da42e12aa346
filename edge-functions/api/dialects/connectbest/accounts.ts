/** Accounts as ConnectBest shows them: the own one in three sizes, others as contacts. */
import { z } from '@hono/zod-openapi';
import { absent } from '../../../_shared/schemas.ts';
import type { AccountRow, ContactRow } from '../../core/accounts.ts';
import { Id, Presence, Time, toTime, Username } from './values.ts';

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
  username: Username.openapi({ description: 'Additive' }),
  image: z.string().nullable(),
  status: Presence,
  statusMessage: z.string().nullable(),
}).openapi('SignedInUser');

export const Preferences = z.object({
  notifications: z.boolean(),
  soundEnabled: z.boolean(),
  timezone: z.string().openapi({ description: 'Name in the IANA database', example: 'Europe/Berlin' }),
});

export const PreferencesChange = z.object({
  notifications: absent(Preferences.shape.notifications.optional()),
  soundEnabled: absent(Preferences.shape.soundEnabled.optional()),
  timezone: absent(Preferences.shape.timezone.optional()),
});

export const CurrentUser = SignedInUser.extend({ preferences: Preferences, createdAt: Time }).openapi(
  'CurrentUser',
);

export const FoundUser = z
  .object({
    id: Id,
    name: z.string(),
    username: Username,
    email: z.string(),
    phone: z.string().nullable(),
    status: Presence,
    avatar: z.string().nullable(),
  })
  .openapi('FoundUser');

export const OtherUser = FoundUser.extend({
  statusMessage: z.string().nullable(),
  createdAt: Time,
}).openapi('OtherUser');

const toAccount = (row: AccountRow): z.infer<typeof Account> => ({
  id: row.id,
  email: row.email ?? '',
  name: row.name,
  role: row.role,
  phone: row.phone,
  emailVerified: row.email_verified_at !== null,
});

export const toRegisteredUser = (row: AccountRow): z.infer<typeof RegisteredUser> => ({
  ...toAccount(row),
  createdAt: toTime(row.created_at),
});

export const toSignedInUser = (row: AccountRow): z.infer<typeof SignedInUser> => ({
  ...toAccount(row),
  username: row.username,
  image: row.avatar_url,
  status: row.status,
  statusMessage: row.status_text,
});

export const toCurrentUser = (row: AccountRow): z.infer<typeof CurrentUser> => ({
  ...toSignedInUser(row),
  preferences: { notifications: row.notifications, soundEnabled: row.sound, timezone: row.timezone },
  createdAt: toTime(row.created_at),
});

export const toFoundUser = (row: ContactRow): z.infer<typeof FoundUser> => ({
  id: row.id,
  name: row.name,
  username: row.username,
  email: row.email ?? '',
  phone: row.phone,
  status: row.status,
  avatar: row.avatar_url,
});

export const toOtherUser = (row: ContactRow): z.infer<typeof OtherUser> => ({
  ...toFoundUser(row),
  statusMessage: row.status_text,
  createdAt: toTime(row.created_at),
});
