/** Rows about people, as the SDK shows them. */
import type { Block } from '../blocks.ts';
import type { UserCustom } from '../custom.ts';
import type { Ban, Member } from '../members.ts';
import type { Preferences } from '../preferences.ts';
import type { PresenceStatus, UserPresence } from '../presence.ts';
import type { Reaction } from '../reactions.ts';
import type { Receipt } from '../receipts.ts';
import type { Account, Profile } from '../users.ts';
import type { Database } from './database.types.ts';
import { type FullProfileRow, type ProfileRow, toDate, toEnd, toExactDate, toUser } from './rows.ts';

type Tables = Database['chat']['Tables'];

export type PresenceRow = Omit<Tables['presence']['Row'], 'manual_status'> & {
  manual_status?: string | null;
};
export type BlockRow = Pick<Tables['blocks']['Row'], 'created_at'> & { user: ProfileRow };
export type MemberRow = Tables['channel_members']['Row'] & { profile: ProfileRow };
export type PreferencesRow = Tables['preferences']['Row'];
/** What events say of a member. */
export interface MemberEvent {
  user: ProfileRow;
  role: Member['role'];
}
export type ReceiptRow = Tables['receipts']['Row'];
export type AccountRow = Tables['accounts']['Row'] & { profile: FullProfileRow };

export const REACTION_COLUMNS = '*, user:profiles(id, username, name, avatar_url)';
export const MEMBER_COLUMNS = '*, profile:profiles!inner(id, username, name, avatar_url)';
export const ACCOUNT_COLUMNS = '*, profile:profiles!accounts_user_id_fkey(*)';
export const BAN_COLUMNS = '*, user:profiles!channel_bans_user_id_fkey(id, username, name, avatar_url)';
export const BLOCK_COLUMNS =
  'created_at, user:profiles!blocks_blocked_id_fkey(id, username, name, avatar_url)';

export const toProfile = (row: FullProfileRow): Profile => ({
  ...toUser(row),
  title: row.title,
  custom: row.custom as UserCustom,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
});

export const toAccount = (row: AccountRow): Account => ({
  ...toProfile(row.profile),
  email: row.email,
  emailVerified: row.email_verified_at !== null,
  role: row.role as Account['role'],
});

export const toBlock = (row: BlockRow): Block => ({
  user: toUser(row.user),
  blockedAt: new Date(row.created_at),
});

export const toPresence = (row: PresenceRow): UserPresence => ({
  userId: row.user_id,
  status: row.status as PresenceStatus,
  statusText: row.status_text,
  statusEmoji: row.status_emoji,
  statusExpiresAt: toDate(row.status_expires_at),
  lastSeenAt: toDate(row.last_seen_at),
  chosen: (row.manual_status ?? null) as PresenceStatus | null,
  updatedAt: new Date(row.updated_at),
});

export const toMember = (row: MemberRow): Member => ({
  user: toUser(row.profile),
  role: row.role as Member['role'],
  joinedAt: new Date(row.joined_at),
});

export const toBan = (row: Tables['channel_bans']['Row'] & { user: ProfileRow }): Ban => ({
  user: toUser(row.user),
  reason: row.reason,
  until: toEnd(row.until),
  bannedAt: new Date(row.created_at),
});

export const toReceipt = (row: ReceiptRow): Receipt => ({
  userId: row.user_id,
  deliveredSeq: row.delivered_seq,
  readSeq: row.read_seq,
  readAt: toDate(row.read_at),
});

export const toPreferences = (row: PreferencesRow): Preferences => ({
  notifications: row.notifications,
  level: row.level as Preferences['level'],
  sound: row.sound,
  preview: row.preview,
  timezone: row.timezone,
  dnd: { isEnabled: row.dnd_enabled, start: row.dnd_start.slice(0, 5), end: row.dnd_end.slice(0, 5) },
  shareReceipts: row.share_receipts,
});

export const toReaction = (row: Tables['reactions']['Row'] & { user: ProfileRow }): Reaction => ({
  emoji: row.emoji,
  user: toUser(row.user),
  createdAt: toExactDate(row.created_at),
});
