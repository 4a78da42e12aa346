/** Accounts as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import { Id, Presence, type ProfileRow, Time, toTime } from './values.ts';

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
  status: Presence,
  statusMessage: z.string().nullable(),
}).openapi('SignedInUser');

export const CurrentUser = SignedInUser.extend({
  preferences: z.object({ notifications: z.boolean(), soundEnabled: z.boolean(), timezone: z.string() }),
  createdAt: Time,
}).openapi('CurrentUser');

/** What to select for the shapes below. */
export const ACCOUNT_COLUMNS =
  'role, email, email_verified_at, phone, created_at, profile:profiles!accounts_user_id_fkey!inner(id, name, avatar_url)';

export interface AccountRow {
  role: string;
  email: string | null;
  email_verified_at: string | null;
  phone: string | null;
  created_at: string;
  profile: ProfileRow;
}

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
