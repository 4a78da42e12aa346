/** The audit log, one row for each thing that happened. */
import { randomUUID } from 'node:crypto';
import { type Db, NO_INSTANCE, type UserRow } from './database.ts';

const LOG_TYPES: Record<string, string> = {
  login: 'account',
  logout: 'account',
  user_signedup: 'team',
  user_invited: 'team',
  user_deleted: 'team',
  token_refreshed: 'token',
  token_revoked: 'token',
  factor_in_progress: 'factor',
  factor_unenrolled: 'factor',
  factor_updated: 'factor',
  factor_deleted: 'factor',
  challenge_created: 'factor',
  verification_attempted: 'factor',
};

type Actor = Pick<UserRow, 'id' | 'email' | 'phone' | 'is_sso_user'>;

export const OPERATOR: Actor = { id: NO_INSTANCE, email: 'service_role', phone: null, is_sso_user: false };

export async function audit(
  db: Db,
  actor: Actor,
  action: string,
  traits?: Record<string, unknown>,
): Promise<void> {
  const payload = {
    action,
    actor_id: actor.id,
    actor_via_sso: actor.is_sso_user,
    actor_username: actor.email || actor.phone || '',
    log_type: LOG_TYPES[action] ?? 'user',
    ...(traits ? { traits } : {}),
  };
  await db`
    insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
    values (${NO_INSTANCE}, ${randomUUID()}, ${db.json(payload as never)}, now(), '')`;
}
