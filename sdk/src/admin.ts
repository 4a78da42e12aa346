/** Administration of the platform: every method is for platform admins, and throws `not_an_admin` for others. */

import {
  toAdminAccount,
  toApiKey,
  toAuditEntry,
  toAuthEntry,
  toPlatformStats,
  toSetting,
} from './internal/admin-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { Account } from './users.ts';

export interface AdminAccount
  extends Pick<Account, 'id' | 'username' | 'name' | 'avatarUrl' | 'email' | 'role'> {
  emailVerifiedAt: Date | null;
  phone: string | null;
  createdAt: Date;
  lastSignInAt: Date | null;
  lastSeenAt: Date | null;
  /** Null for active accounts. */
  suspension: { at: Date; reason: string | null; by: string | null } | null;
  channelCount: number;
}

export interface PlatformStats {
  countedAt: Date;
  users: number;
  /** Signed in or here in the last 30 days. */
  activeUsers: number;
  /** Signed up in the last seven days. */
  newUsers: number;
  publicChannels: number;
  /** With groups, without direct messages. */
  privateChannels: number;
  /** All ever, with those of the system and deleted ones. */
  messages: number;
  messagesToday: number;
  messagesPerDay: number;
  storageBytes: number;
  storageLimitBytes: number;
}

export interface AuditEntry {
  id: number;
  at: Date;
  /** Null for somebody at the database itself. */
  actorId: string | null;
  /** `authenticator` for the API, `postgres` for Studio and scripts, `supabase_auth_admin` for Auth. */
  via: string;
  /** `user.suspended`, `user.role_changed`, `setting.changed`, `api_key.created` … */
  action: string;
  targetKind: string;
  targetId: string | null;
  details: Record<string, unknown>;
}

export interface AuthEntry {
  id: number;
  at: Date;
  event:
    | 'signed_up'
    | 'signed_in'
    | 'sign_in_failed'
    | 'session_ended'
    | 'password_changed'
    | 'email_changed'
    | 'phone_changed'
    | 'second_factor_added'
    | 'second_factor_removed'
    | 'second_factor_failed';
  sessionId: string | null;
  ip: string | null;
  userAgent: string | null;
}

export type ApiKeyScope = 'read' | 'write' | 'admin';

export interface ApiKey {
  id: string;
  name: string;
  /** The beginning of the secret. */
  prefix: string;
  scopes: ApiKeyScope[];
  createdBy: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

export interface Setting {
  name: string;
  value: unknown;
  defaultValue: unknown;
  minimum: number | null;
  maximum: number | null;
  description: string;
}

export interface Admin {
  /** Shuts somebody out at once, everywhere. @throws `user_not_found`, `cannot_target_oneself`, `invalid_reason`, `last_admin` */
  suspend(userId: string, reason: string): Promise<void>;
  /** Lets them sign in again. @throws `user_not_found`, `cannot_target_oneself` */
  activate(userId: string): Promise<void>;
  /** Deletes an account for good; messages stay, by "Deleted user". @throws `user_not_found`, `cannot_target_oneself` */
  deleteUser(userId: string): Promise<void>;
  /** Figures of the platform, at most about five minutes old. */
  stats(): Promise<PlatformStats>;
  /** @throws `user_not_found`, `cannot_target_oneself`, `invalid_user_role`, `last_admin` */
  setRole(userId: string, role: 'user' | 'admin'): Promise<void>;
  /** A page of accounts by username, at most 200; `query` is the beginning of a username, name or address. */
  users(options?: {
    query?: string;
    role?: 'user' | 'admin';
    isSuspended?: boolean;
    after?: AdminAccount;
    limit?: number;
  }): Promise<AdminAccount[]>;
  /** What admins did, newest first, at most 200. */
  auditLog(options?: {
    actorId?: string;
    targetId?: string;
    action?: string;
    before?: AuditEntry;
    limit?: number;
  }): Promise<AuditEntry[]>;
  /** What happened to an account, newest first, at most 200; one's own is for everybody. */
  authLog(userId: string, options?: { before?: AuthEntry; limit?: number }): Promise<AuthEntry[]>;
  readonly apiKeys: {
    /** Newest first, at most 200. */
    list(options?: { before?: ApiKey; limit?: number }): Promise<ApiKey[]>;
    /** The secret is shown this once. @throws `invalid_name`, `invalid_scopes`, `invalid_time`, `rate_limited` */
    create(
      name: string,
      options?: { scopes?: ApiKeyScope[]; expiresAt?: Date },
    ): Promise<{ id: string; secret: string }>;
    /** For good. @throws `api_key_not_found` */
    revoke(id: string): Promise<void>;
  };
  readonly settings: {
    /** For everybody: what clients have to keep to. */
    list(): Promise<Setting[]>;
    /** @throws `setting_not_found`, `invalid_setting` */
    set(name: string, value: unknown): Promise<Setting>;
  };
}

export function createAdmin({ client, run }: Rest): Admin {
  return {
    async suspend(userId, reason) {
      await run('suspend user', client.rpc('suspend_user', { user_id: userId, reason }));
    },
    async activate(userId) {
      await run('activate user', client.rpc('activate_user', { user_id: userId }));
    },
    async deleteUser(userId) {
      await run('delete user', client.rpc('delete_user', { user_id: userId }));
    },
    async stats() {
      return toPlatformStats(await run('read the stats', client.rpc('get_stats').single()));
    },
    async setRole(userId, role) {
      await run('set role', client.rpc('set_user_role', { user_id: userId, role }));
    },
    async users({ query, role, isSuspended, after, limit } = {}) {
      const wish = {
        query,
        user_role: role,
        suspended: isSuspended,
        after_username: after?.username,
        page_size: limit,
      };
      return (await run('list accounts', client.rpc('list_accounts', given(wish)))).map(toAdminAccount);
    },
    async auditLog({ actorId, targetId, action, before, limit } = {}) {
      const wish = {
        actor_id: actorId,
        target_id: targetId,
        action,
        before_id: before?.id,
        page_size: limit,
      };
      return (await run('list the audit log', client.rpc('list_audit_log', given(wish)))).map(toAuditEntry);
    },
    async authLog(userId, { before, limit } = {}) {
      const wish = { user_id: userId, before_id: before?.id, page_size: limit };
      return (await run('list sign-ins', client.rpc('list_auth_log', given(wish)))).map(toAuthEntry);
    },
    apiKeys: {
      async list({ before, limit } = {}) {
        const wish = { before_id: before?.id, page_size: limit };
        return (await run('list API keys', client.rpc('list_api_keys', given(wish)))).map(toApiKey);
      },
      async create(name, { scopes, expiresAt } = {}) {
        const wish = { name, ...given({ scopes, expires_at: expiresAt?.toISOString() }) };
        return run('create API key', client.rpc('create_api_key', wish).single());
      },
      async revoke(id) {
        await run('revoke API key', client.rpc('revoke_api_key', { id }));
      },
    },
    settings: {
      async list() {
        return (await run('list settings', client.from('settings').select().order('name').limit(200))).map(
          toSetting,
        );
      },
      async set(name, value) {
        const wish = { name, value: value as never };
        return toSetting(await run('change setting', client.rpc('update_setting', wish).single()));
      },
    },
  };
}

/** Without what is undefined, which the database would not take for missing. */
function given<T extends object>(wish: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
