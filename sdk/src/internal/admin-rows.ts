/** From the wire to what is public, for administration: apart from the other rows, so that only admins' apps carry it. */
import type {
  AdminAccount,
  ApiKey,
  ApiKeyScope,
  AuditEntry,
  AuthEntry,
  PlatformStats,
  Setting,
} from '../admin.ts';
import type { Database } from './database.types.ts';

type Tables = Database['chat']['Tables'];
type Functions = Database['chat']['Functions'];
type Row<Name extends keyof Functions> = Functions[Name]['Returns'] extends (infer T)[] ? T : never;

/** The generated types do not know which columns of a function may be null. */
const dateOf = (value: string | null): Date | null => (value === null ? null : new Date(value));

export const toAdminAccount = (row: Row<'list_accounts'>): AdminAccount => ({
  id: row.id,
  username: row.username,
  name: row.name,
  avatarUrl: row.avatar_url,
  role: row.role as AdminAccount['role'],
  email: row.email,
  emailVerifiedAt: dateOf(row.email_verified_at),
  phone: row.phone,
  createdAt: new Date(row.created_at),
  lastSignInAt: dateOf(row.last_sign_in_at),
  lastSeenAt: dateOf(row.last_seen_at),
  suspension:
    row.suspended_at === null
      ? null
      : { at: new Date(row.suspended_at), reason: row.suspend_reason, by: row.suspended_by },
  channelCount: row.channel_count,
});

export const toPlatformStats = (row: Row<'get_stats'>): PlatformStats => ({
  countedAt: new Date(row.counted_at),
  users: row.users,
  activeUsers: row.active_users,
  newUsers: row.new_users,
  publicChannels: row.public_channels,
  privateChannels: row.private_channels,
  messages: row.messages,
  messagesToday: row.messages_today,
  messagesPerDay: row.messages_per_day,
  storageBytes: row.storage_bytes,
  storageLimitBytes: row.storage_limit_bytes,
});

export const toAuditEntry = (row: Tables['audit_log']['Row']): AuditEntry => ({
  id: row.id,
  at: new Date(row.at),
  actorId: row.actor_id,
  via: row.via,
  action: row.action,
  targetKind: row.target_kind,
  targetId: row.target_id,
  details: row.details as Record<string, unknown>,
});

export const toAuthEntry = (row: Tables['auth_log']['Row']): AuthEntry => ({
  id: row.id,
  at: new Date(row.at),
  event: row.event as AuthEntry['event'],
  sessionId: row.session_id,
  ip: row.ip as string | null,
  userAgent: row.user_agent,
});

export const toApiKey = (row: Row<'list_api_keys'>): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes as ApiKeyScope[],
  createdBy: row.created_by,
  createdAt: new Date(row.created_at),
  expiresAt: dateOf(row.expires_at),
  revokedAt: dateOf(row.revoked_at),
  lastUsedAt: dateOf(row.last_used_at),
});

export const toSetting = (row: Tables['settings']['Row']): Setting => ({
  name: row.name,
  value: row.value,
  defaultValue: row.default_value,
  minimum: row.minimum,
  maximum: row.maximum,
  description: row.description,
});
