/** Sessions, the access tokens that name them and the refresh tokens that prolong them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import type { Config } from './config.ts';
import { type Db, type SessionRow, transaction, type UserRow } from './database.ts';
import { AuthError } from './errors.ts';
import { callHook } from './hooks.ts';
import { findUser, identitiesOf, NO_INSTANCE, toUser } from './users.ts';

export interface Claims {
  sub: string;
  role: string;
  session_id?: string;
  [claim: string]: unknown;
}

export interface Client {
  ip: string;
  userAgent: string;
}

/** Starts a session and answers with its tokens. */
export async function startSession(db: Db, config: Config, user: UserRow, method: string, client: Client) {
  const id = randomUUID();
  return transaction(db, async (tx) => {
    await tx`
      insert into auth.sessions (id, user_id, aal, created_at, updated_at, ip, user_agent)
      values (${id}, ${user.id}, 'aal1', now(), now(), ${client.ip}, ${client.userAgent})`;
    const refreshToken = await insertRefreshToken(tx, user.id, id, null);
    await tx`update auth.users set last_sign_in_at = now(), updated_at = now() where id = ${user.id}`;
    await tx`
      insert into auth.mfa_amr_claims (id, session_id, authentication_method, created_at, updated_at)
      values (gen_random_uuid(), ${id}, ${method}, now(), now())`;
    return answer(tx, config, user.id, id, refreshToken);
  });
}

/** Exchanges a refresh token; a repeated exchange within the reuse interval is no theft but a lost answer. */
export async function refreshSession(db: Db, config: Config, token: string) {
  // A refusal keeps what it has written: a stolen token ends the whole family.
  const result = await transaction(db, (tx) => exchange(tx, config, token));
  if (result instanceof AuthError) throw result;
  return result;
}

interface RefreshTokenRow {
  id: string;
  token: string;
  parent: string | null;
  revoked: boolean;
  user_id: string;
  session_id: string;
  age: number;
}

async function exchange(tx: Db, config: Config, token: string) {
  const [row] = await tx<RefreshTokenRow[]>`
    select id, token, parent, revoked, user_id, session_id, extract(epoch from now() - updated_at)::float as age
      from auth.refresh_tokens where token = ${token} for update`;
  if (!row) {
    return new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
  }
  const user = await findUser(tx, { id: row.user_id });
  const [session] = await tx<
    SessionRow[]
  >`select * from auth.sessions where id = ${row.session_id} for update`;
  if (!user || !session) {
    return new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
  }
  if (isBanned(user)) return banned(400);
  const { timeboxSeconds } = config;
  if (timeboxSeconds && Date.now() - session.created_at.getTime() > timeboxSeconds * 1000) {
    return new AuthError(400, 'session_expired', 'Invalid Refresh Token: Session Expired');
  }
  if (row.revoked) {
    const [active] = await tx<{ token: string; parent: string | null }[]>`
      select token, parent from auth.refresh_tokens
       where session_id = ${session.id} and revoked = false order by id desc limit 1`;
    if (active && active.parent === row.token) return answer(tx, config, user.id, session.id, active.token);
    if (row.age > config.refresh.reuseSeconds) {
      await tx`
        update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = ${session.id}`;
      return new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
    }
  }
  if (!config.refresh.isRotated) return answer(tx, config, user.id, session.id, row.token);
  await tx`update auth.refresh_tokens set revoked = true, updated_at = now() where id = ${row.id}`;
  const next = await insertRefreshToken(tx, user.id, session.id, row.token);
  await tx`
    update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now() where id = ${session.id}`;
  return answer(tx, config, user.id, session.id, next);
}

async function insertRefreshToken(
  db: Db,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const token = Array.from(randomBytes(12), (byte) => alphabet[byte % 32]).join('');
  await db`
    insert into auth.refresh_tokens (instance_id, token, user_id, session_id, parent, revoked, created_at, updated_at)
    values (${NO_INSTANCE}, ${token}, ${userId}, ${sessionId}, ${parent}, false, now(), now())`;
  return token;
}

async function answer(db: Db, config: Config, userId: string, sessionId: string, refreshToken: string) {
  const user = (await findUser(db, { id: userId })) as UserRow;
  const expiresAt = Math.floor(Date.now() / 1000) + config.jwt.seconds;
  return {
    access_token: await signAccessToken(db, config, user, sessionId, expiresAt),
    token_type: 'bearer',
    expires_in: config.jwt.seconds,
    expires_at: expiresAt,
    refresh_token: refreshToken,
    user: toUser(user, await identitiesOf(db, userId)),
  };
}

async function signAccessToken(db: Db, config: Config, user: UserRow, sessionId: string, expiresAt: number) {
  const [session] = await db<{ aal: string }[]>`select aal from auth.sessions where id = ${sessionId}`;
  const methods = await db<{ method: string; timestamp: number }[]>`
    select authentication_method as method, extract(epoch from created_at)::int as timestamp
      from auth.mfa_amr_claims where session_id = ${sessionId} order by created_at desc`;
  let claims: Record<string, unknown> = {
    iss: config.jwt.issuer,
    sub: user.id,
    aud: user.aud,
    exp: expiresAt,
    iat: expiresAt - config.jwt.seconds,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role,
    aal: session?.aal ?? 'aal1',
    amr: [...methods],
    session_id: sessionId,
    is_anonymous: user.is_anonymous,
  };
  if (config.hooks.customAccessToken) {
    const method = methods[0]?.method ?? 'password';
    const payload = { metadata: {}, user_id: user.id, claims, authentication_method: method };
    claims = (await callHook(db, config.hooks.customAccessToken, payload)).claims as Record<string, unknown>;
  }
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret(config));
}

/** The claims of a bearer token, whatever its session has become. */
export async function verifyToken(config: Config, authorization: string | undefined): Promise<Claims> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  try {
    const { payload } = await jwtVerify<Claims>(token, secret(config), { algorithms: ['HS256'] });
    return payload;
  } catch (error) {
    throw new AuthError(
      403,
      'bad_jwt',
      `invalid JWT: unable to parse or verify signature, ${jwtFault(token, error)}`,
    );
  }
}

/** The caller of a request: a live session of a user who is not banned. */
export async function requireUser(db: Db, config: Config, authorization: string | undefined) {
  const claims = await verifyToken(config, authorization);
  const user = claims.sub ? await findUser(db, { id: claims.sub }).catch(() => undefined) : undefined;
  if (!user) throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist');
  if (claims.session_id) {
    const [session] = await db`select from auth.sessions where id = ${claims.session_id}`;
    if (!session) {
      throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
    }
  }
  if (isBanned(user)) throw banned(403);
  return { claims, user };
}

export const isBanned = (user: UserRow) =>
  user.banned_until !== null && user.banned_until.getTime() > Date.now();
export const banned = (status: number) => new AuthError(status, 'user_banned', 'User is banned');

const secret = (config: Config) => new TextEncoder().encode(config.jwt.secret);

function jwtFault(token: string, error: unknown): string {
  if (token.split('.').length !== 3)
    return 'token is malformed: token contains an invalid number of segments';
  if (error instanceof errors.JWTExpired) return 'token has invalid claims: token is expired';
  try {
    decodeProtectedHeader(token);
  } catch {
    return 'token is malformed: could not base64 decode header: illegal base64 data at input byte 0';
  }
  return 'token signature is invalid: signature is invalid';
}
