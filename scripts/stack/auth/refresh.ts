/** Exchanging a refresh token for a new session answer. */
import { audit } from './audit.ts';
import { type Db, type SessionRow, transaction, updateUser } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import { type Service, within } from './service.ts';
import { answerFor, insertRefreshToken, type Started } from './sessions.ts';
import { findSession } from './tokens.ts';
import { factorsOf, findUser, isBanned } from './users.ts';

interface TokenRow {
  id: string;
  token: string;
  parent: string | null;
  revoked: boolean;
  user_id: string;
  session_id: string;
  age: number;
}

const notFound = () =>
  new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
const expired = (why = 'Session Expired') =>
  new AuthError(400, 'session_expired', `Invalid Refresh Token: ${why}`);

export async function refreshSession(service: Service, token: string): Promise<Started> {
  if (!/^[a-z2-7]{12}$/.test(token)) throw invalid('Refresh token is not valid');
  // A refusal keeps what it has written: a stolen token ends the whole family.
  const result = await transaction(service.db, (tx) => exchange(within(service, tx), token));
  if (result instanceof AuthError) throw result;
  return result;
}

async function exchange(service: Service, token: string): Promise<Started | AuthError> {
  const { config, db } = service;
  // The session is locked before any of its tokens, so that two exchanges in one family cannot block each other.
  await db`
    select from auth.sessions s
     where id = (select session_id from auth.refresh_tokens where token = ${token}) for update`;
  const [row] = await db<TokenRow[]>`
    select id, token, parent, revoked, user_id, session_id, extract(epoch from now() - updated_at)::float as age
      from auth.refresh_tokens where token = ${token} for update`;
  if (!row) return notFound();
  const user = await findUser(db, { id: row.user_id });
  const session = await findSession(service, row.session_id);
  if (!user || !session) return notFound();
  if (isBanned(user)) {
    return new AuthError(400, 'user_banned', 'Invalid Refresh Token: User Banned').about(user.id);
  }
  const end = await ended(service, session);
  if (end) return end.about(user.id, session.id);

  if (row.revoked) {
    const [active] = await db<{ token: string; parent: string | null }[]>`
      select token, parent from auth.refresh_tokens
       where session_id = ${session.id} and revoked = false order by id desc limit 1`;
    if (active && active.parent === row.token) {
      await audit(db, user, 'token_refreshed');
      await noteRefresh(db, session.id);
      return answerFor(service, user.id, session.id, active.token);
    }
    if (row.age > config.refresh.reuseSeconds) {
      await db`
        update auth.refresh_tokens set revoked = true, updated_at = now()
         where session_id = ${session.id} and revoked = false`;
      return new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used').about(
        user.id,
        session.id,
      );
    }
  }
  await audit(db, user, 'token_refreshed');
  const next = config.refresh.isRotated ? await rotate(db, user, row) : row.token;
  await noteRefresh(db, session.id);
  return answerFor(service, user.id, session.id, next);
}

async function rotate(db: Db, user: Parameters<typeof audit>[1], row: TokenRow): Promise<string> {
  await audit(db, user, 'token_revoked');
  await db`update auth.refresh_tokens set revoked = true, updated_at = now() where id = ${row.id}`;
  const next = await insertRefreshToken(db, row.user_id, row.session_id, row.token);
  await updateUser(db, row.user_id);
  return next;
}

async function noteRefresh(db: Db, sessionId: string): Promise<void> {
  await db`
    update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now() where id = ${sessionId}`;
}

/** Why a session may no longer be prolonged. */
async function ended({ config, db }: Service, session: SessionRow): Promise<AuthError | undefined> {
  const { timeboxSeconds, inactivitySeconds, lowAalSeconds, singlePerUser } = config.sessions;
  const age = (Date.now() - session.created_at.getTime()) / 1000;
  if (timeboxSeconds && age > timeboxSeconds) return expired();
  if (inactivitySeconds && session.idle_seconds > inactivitySeconds)
    return expired('Session Expired (Inactivity)');
  if (lowAalSeconds && session.aal === 'aal1' && age > lowAalSeconds) {
    const factors = await factorsOf(db, session.user_id);
    if (factors.some(({ status }) => status === 'verified'))
      return expired('Session Expired (Low AAL: User Needs MFA Verification)');
  }
  if (singlePerUser) {
    const [newer] = await db`
      select from auth.sessions newer join auth.sessions own on own.id = ${session.id}
       where newer.user_id = ${session.user_id} and newer.created_at > own.created_at`;
    if (newer) return expired('Session Expired (Revoked by Newer Login)');
  }
  return undefined;
}
