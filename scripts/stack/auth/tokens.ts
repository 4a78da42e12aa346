/** Access tokens: how they are made, and whom a request's token names. */
import type { Context } from 'hono';
import { decodeProtectedHeader, errors, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { Config } from './config.ts';
import type { Json, SessionRow, UserRow } from './database.ts';
import { AuthError, banned, unexpected } from './errors.ts';
import { callHook } from './hooks.ts';
import { isUuid } from './request.ts';
import type { Service } from './service.ts';
import { findUser, isBanned } from './users.ts';

export interface Claims {
  sub?: string;
  role?: string;
  aud?: string | string[];
  session_id?: string;
  [claim: string]: unknown;
}

const secret = (config: Config) => new TextEncoder().encode(config.jwt.secret);
const signingKey = (config: Config) => config.jwt.keys.find((key) => key.key_ops?.includes('sign') ?? key.d);

export async function signToken(config: Config, claims: Json): Promise<string> {
  const key = signingKey(config);
  const token = new SignJWT(claims);
  if (!key) return token.setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret(config));
  const header = { alg: key.alg ?? 'ES256', typ: 'JWT', ...(key.kid ? { kid: key.kid } : {}) };
  return token.setProtectedHeader(header).sign(await importJWK({ ...key, key_ops: ['sign'] }, key.alg));
}

const publicPart = ({ d, p, q, dp, dq, qi, ...key }: JWK): JWK => ({ ...key, key_ops: ['verify'] });

/** What others may verify tokens with. */
export function publicKeys(config: Config): JWK[] {
  return config.jwt.keys.filter((key) => key.kty !== 'oct').map(publicPart);
}

/** The claims of the access token of a session. */
export async function accessClaims(
  service: Service,
  user: UserRow,
  session: Pick<SessionRow, 'id' | 'aal'>,
  method: string,
  issuedAt: number,
  expiresAt: number,
): Promise<Json> {
  const { config, db } = service;
  const methods = await db`
    select authentication_method as method, extract(epoch from updated_at)::bigint::int as timestamp
      from auth.mfa_amr_claims where session_id = ${session.id} order by updated_at desc`;
  const claims = {
    iss: config.jwt.issuer,
    sub: user.id,
    aud: user.aud,
    exp: expiresAt,
    iat: issuedAt,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role,
    aal: session.aal ?? 'aal1',
    amr: methods.map(({ method, timestamp }) => ({ method, timestamp })),
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  };
  if (!config.hooks.customAccessToken) return claims;
  const payload = { user_id: user.id, claims, authentication_method: method };
  const answer = await callHook(service, 'customAccessToken', payload);
  return requireClaims(answer.claims);
}

const REQUIRED = ['aud', 'exp', 'iat', 'sub', 'email', 'phone', 'role', 'aal', 'session_id', 'is_anonymous'];

/** A token without these would be refused by everybody who reads it. */
function requireClaims(claims: unknown): Json {
  const given = claims && typeof claims === 'object' ? (claims as Json) : {};
  const missing = REQUIRED.filter((name) => !(name in given));
  if (missing.length === 0) return given;
  const lines = missing.map((name) => `- (root): ${name} is required\n`).join('');
  const refusal = unexpected(`output claims do not conform to the expected schema: \n${lines}`);
  refusal.isSilent = true;
  throw refusal;
}

/** The claims of a request's bearer token, whatever its session has become. */
export async function readToken(config: Config, c: Context): Promise<Claims> {
  const token = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (!token) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  try {
    const { payload } = await verify(config, token);
    return payload;
  } catch (error) {
    const fault = jwtFault(token, error);
    throw new AuthError(403, 'bad_jwt', `invalid JWT: unable to parse or verify signature, ${fault}`);
  }
}

function verify(config: Config, token: string) {
  const { alg, kid } = decodeProtectedHeader(token);
  const { methods, keys } = config.jwt;
  const key = keys.find((candidate) => candidate.kid === kid && candidate.alg === alg);
  if (key) return importJWK(publicPart(key), alg).then((imported) => jwtVerify<Claims>(token, imported));
  const algorithms = methods.length > 0 ? methods : [keys.length > 0 ? 'none' : 'HS256'];
  return jwtVerify<Claims>(token, secret(config), { algorithms });
}

function jwtFault(token: string, error: unknown): string {
  if (token.split('.').length !== 3)
    return 'token is malformed: token contains an invalid number of segments';
  if (error instanceof errors.JWTExpired) return 'token has invalid claims: token is expired';
  try {
    const { alg } = decodeProtectedHeader(token);
    if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
      return `token signature is invalid: signing method ${alg} is invalid`;
  } catch {
    return 'token is malformed: could not base64 decode header: illegal base64 data at input byte 0';
  }
  return 'token signature is invalid: signature is invalid';
}

export interface Caller {
  claims: Claims;
  user: UserRow;
  session: SessionRow | undefined;
}

/** The caller of a request: a live session of a user who is not banned. */
export async function requireUser(service: Service, c: Context): Promise<Caller> {
  return callerOf(service, await readToken(service.config, c));
}

async function callerOf({ db }: Service, claims: Claims): Promise<Caller> {
  const bad = (status: number, reason: string) =>
    new AuthError(status, 'bad_jwt', `invalid claim: ${reason}`);
  if (!claims.sub) throw bad(403, 'missing sub claim');
  if (!isUuid(claims.sub)) throw bad(400, 'sub claim must be a UUID');
  const user = await findUser(db, { id: claims.sub });
  if (!user) throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist');
  let session: SessionRow | undefined;
  if (claims.session_id) {
    if (!isUuid(claims.session_id)) throw bad(403, 'session_id claim must be a UUID');
    session = await findSession({ db }, claims.session_id);
    if (!session) {
      throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
    }
  }
  if (isBanned(user)) throw banned(403);
  return { claims, user, session };
}

export async function findSession({ db }: Pick<Service, 'db'>, id: string): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`
    select *, extract(epoch from now() - coalesce(refreshed_at at time zone 'utc', created_at))::float as idle_seconds
      from auth.sessions where id = ${id}`;
  return row;
}

/** The operator, by the role of the token alone. */
export async function requireOperator(service: Service, c: Context): Promise<Claims> {
  const claims = await readToken(service.config, c);
  if (claims.session_id) await callerOf(service, claims);
  if (!service.config.jwt.adminRoles.includes(claims.role ?? '')) {
    throw new AuthError(403, 'not_admin', 'User not allowed');
  }
  return claims;
}
