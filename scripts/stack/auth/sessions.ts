/** Sessions, and the answer that hands one to its owner. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { audit } from './audit.ts';
import { type Db, type Json, NO_INSTANCE, type SessionRow, type UserRow, updateUser } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import type { Service } from './service.ts';
import { accessClaims, findSession, requireUser, signToken } from './tokens.ts';
import { factorsOf, presentUser, requireRow } from './users.ts';

export interface SignedIn {
  access_token: string;
  token_type: 'bearer';
  expires_in: number;
  expires_at: number;
  refresh_token: string;
  user: Json;
}

export interface Started {
  session: SignedIn;
  sessionId: string;
  userId: string;
}

/** Starts a session; to be called inside a transaction. */
export async function startSession(
  service: Service,
  user: Pick<UserRow, 'id'>,
  method: string,
): Promise<Started> {
  const { db, client } = service;
  const id = randomUUID();
  await db`
    insert into auth.sessions (id, user_id, aal, created_at, updated_at, ip, user_agent)
    values (${id}, ${user.id}, 'aal1', now(), now(), ${client.ip}, ${client.userAgent})`;
  const refreshToken = await insertRefreshToken(db, user.id, id, null);
  await updateUser(db, user.id, { last_sign_in_at: new Date() });
  await addMethod(db, id, method);
  return answerFor(service, user.id, id, refreshToken, method);
}

/** Notes how the session's owner has shown who he is; a way used again counts anew. */
export async function addMethod(db: Db, sessionId: string, method: string): Promise<void> {
  await db`
    insert into auth.mfa_amr_claims (id, session_id, authentication_method, created_at, updated_at)
    values (gen_random_uuid(), ${sessionId}, ${method}, clock_timestamp(), clock_timestamp())
    on conflict (session_id, authentication_method) do update set updated_at = clock_timestamp()`;
}

export async function insertRefreshToken(
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

/** The tokens of a session with its user. */
export async function answerFor(
  service: Service,
  userId: string,
  sessionId: string,
  refreshToken: string,
  method = 'token_refresh',
): Promise<Started> {
  const { config, db } = service;
  const user = await requireRow(db, userId);
  const session = (await findSession({ db }, sessionId)) as SessionRow;
  const now = Math.floor(Date.now() / 1000);
  const seconds = await lifetime(service, session);
  const claims = await accessClaims(service, user, session, method, now, now + seconds).catch((error) => {
    throw error instanceof AuthError ? error.about(userId, sessionId) : error;
  });
  return {
    userId,
    sessionId,
    session: {
      access_token: await signToken(config, claims),
      token_type: 'bearer',
      expires_in: seconds,
      expires_at: now + seconds,
      refresh_token: refreshToken,
      user: await presentUser(db, userId),
    },
  };
}

/** Only the time in which a second factor may still be missing shortens a token. */
async function lifetime({ config, db }: Service, session: SessionRow): Promise<number> {
  const { lowAalSeconds } = config.sessions;
  if (!lowAalSeconds || session.aal !== 'aal1') return config.jwt.seconds;
  const factors = await factorsOf(db, session.user_id);
  if (!factors.some(({ status }) => status === 'verified')) return config.jwt.seconds;
  return Math.min(config.jwt.seconds, Math.ceil(lowAalSeconds));
}

/** Answers with a session and names it in the headers. */
export function signedIn(c: Context, { session, userId, sessionId }: Started, more: Json = {}): Response {
  nameSession(c, userId, sessionId);
  return c.json({ ...session, ...more });
}

export function nameSession(c: Context, userId: string, sessionId: string): void {
  c.header('sb-auth-user-id', userId);
  c.header('sb-auth-session-id', sessionId);
}

/** Ends the user's sessions, all but the one that is kept. */
export async function endSessions(db: Db, userId: string, kept?: string): Promise<void> {
  await db`delete from auth.sessions where user_id = ${userId} and id is distinct from ${kept ?? null}`;
}

export function logoutRoutes(service: Service): Hono {
  const app = new Hono();
  app.post('/', async (c) => {
    const { user, claims } = await requireUser(service, c);
    const own = claims.session_id ?? null;
    const scope = c.req.query('scope') || 'global';
    if (!['global', 'local', 'others'].includes(scope)) throw invalid(`Unsupported logout scope "${scope}"`);
    await service.db.begin(async (begun) => {
      const tx = begun as unknown as Db;
      await audit(tx, user, 'logout');
      if (scope === 'global') await endSessions(tx, user.id);
      else if (scope === 'local') await tx`delete from auth.sessions where id = ${own}`;
      else await endSessions(tx, user.id, own ?? undefined);
    });
    return c.body(null, 204);
  });
  return app;
}
