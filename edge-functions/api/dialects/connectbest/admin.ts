/** Administration as ConnectBest shows it, and the two logs that it does not have. */
import { z } from '@hono/zod-openapi';
import { Id, Time, toTime } from './values.ts';

export const Stats = z
  .object({
    users: z.object({
      total: z.int(),
      active: z.int().openapi({ description: 'Signed in or here in the last 30 days' }),
      new: z.int().openapi({ description: 'Signed up in the last seven days' }),
    }),
    channels: z
      .object({ total: z.int(), public: z.int(), private: z.int() })
      .openapi({ description: 'Groups count as private, direct messages not at all' }),
    messages: z
      .object({ total: z.int(), today: z.int(), averagePerDay: z.number() })
      .openapi({ description: 'With those of the system and deleted ones; days begin at midnight UTC' }),
    storage: z.object({
      used: z.int().openapi({ description: 'Bytes' }),
      limit: z.int().openapi({ description: 'Bytes, the setting storage_limit_bytes' }),
    }),
    activeUsers: z.int().openapi({ description: 'Additive: users.active' }),
    messagesSent: z.int().openapi({ description: 'Additive: messages.total' }),
  })
  .openapi('Stats', {
    example: {
      users: { total: 1204, active: 873, new: 41 },
      channels: { total: 96, public: 31, private: 65 },
      messages: { total: 481220, today: 1930, averagePerDay: 1514.27 },
      storage: { used: 7340032000, limit: 107374182400 },
      activeUsers: 873,
      messagesSent: 481220,
    },
  });

export interface StatsRow {
  users: number;
  active_users: number;
  new_users: number;
  public_channels: number;
  private_channels: number;
  messages: number;
  messages_today: number;
  messages_per_day: number;
  storage_bytes: number;
  storage_limit_bytes: number;
}

export const toStats = (row: StatsRow): z.infer<typeof Stats> => ({
  users: { total: row.users, active: row.active_users, new: row.new_users },
  channels: {
    total: row.public_channels + row.private_channels,
    public: row.public_channels,
    private: row.private_channels,
  },
  messages: { total: row.messages, today: row.messages_today, averagePerDay: row.messages_per_day },
  storage: { used: row.storage_bytes, limit: row.storage_limit_bytes },
  activeUsers: row.active_users,
  messagesSent: row.messages,
});

export const AdminUser = z
  .object({
    id: Id,
    email: z.string(),
    name: z.string(),
    role: z.enum(['user', 'admin']),
    status: z.enum(['active', 'suspended']),
    emailVerified: z.boolean(),
    lastLogin: Time.nullable().openapi({ description: 'Null before the first one' }),
    createdAt: Time,
  })
  .openapi('AdminUser', {
    example: {
      id: '0197f1d2-6c3a-7b54-9e21-3f0d5a8c4b10',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      role: 'user',
      status: 'active',
      emailVerified: true,
      lastLogin: '2026-11-21T09:30:00.000Z',
      createdAt: '2026-03-02T16:12:45.120Z',
    },
  });

export interface AdminUserRow {
  id: string;
  email: string | null;
  name: string;
  role: string;
  suspended_at: string | null;
  email_verified_at: string | null;
  last_sign_in_at: string | null;
  created_at: string;
}

export const toAdminUser = (row: AdminUserRow): z.infer<typeof AdminUser> => ({
  id: row.id,
  email: row.email ?? '',
  name: row.name,
  role: row.role === 'admin' ? 'admin' : 'user',
  status: row.suspended_at === null ? 'active' : 'suspended',
  emailVerified: row.email_verified_at !== null,
  lastLogin: row.last_sign_in_at && toTime(row.last_sign_in_at),
  createdAt: toTime(row.created_at),
});

export const AuditEntry = z
  .object({
    id: z.int().openapi({ description: 'Newer entries have higher ones' }),
    at: Time,
    actorId: Id.nullable().openapi({ description: 'Null for somebody at the database itself' }),
    via: z
      .string()
      .openapi({ description: 'The role that was signed in to the database: authenticator for an API' }),
    action: z.string(),
    targetKind: z.string(),
    targetId: Id.nullable(),
    details: z.record(z.string(), z.unknown()),
  })
  .openapi('AuditEntry', {
    example: {
      id: 412,
      at: '2026-11-21T09:30:00.000Z',
      actorId: '0197f1d2-6c3a-7b54-9e21-3f0d5a8c4b10',
      via: 'authenticator',
      action: 'user.suspended',
      targetKind: 'user',
      targetId: '0197f1d2-7e11-7c02-8f3a-9d4be0a71c55',
      details: { reason: 'spam' },
    },
  });

export interface AuditRow {
  id: number;
  at: string;
  actor_id: string | null;
  via: string;
  action: string;
  target_kind: string;
  target_id: string | null;
  details: unknown;
}

export const toAuditEntry = (row: AuditRow): z.infer<typeof AuditEntry> => ({
  id: row.id,
  at: toTime(row.at),
  actorId: row.actor_id,
  via: row.via,
  action: row.action,
  targetKind: row.target_kind,
  targetId: row.target_id,
  details: row.details as Record<string, unknown>,
});

export const AuthEntry = z
  .object({
    id: z.int().openapi({ description: 'Newer entries have higher ones' }),
    at: Time,
    userId: Id,
    event: z.string(),
    sessionId: Id.nullable(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
  })
  .openapi('AuthEntry', {
    example: {
      id: 90311,
      at: '2026-11-21T09:30:00.000Z',
      userId: '0197f1d2-7e11-7c02-8f3a-9d4be0a71c55',
      event: 'signed_in',
      sessionId: '5f0a7c1e-2d34-4b8f-9a16-0c7d2e5b8f31',
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0',
    },
  });

export interface AuthRow {
  id: number;
  at: string;
  user_id: string;
  event: string;
  session_id: string | null;
  ip: unknown;
  user_agent: string | null;
}

export const toAuthEntry = (row: AuthRow): z.infer<typeof AuthEntry> => ({
  id: row.id,
  at: toTime(row.at),
  userId: row.user_id,
  event: row.event,
  sessionId: row.session_id,
  ip: typeof row.ip === 'string' ? row.ip : null,
  userAgent: row.user_agent,
});
