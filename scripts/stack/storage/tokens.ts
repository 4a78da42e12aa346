/** Reads callers' tokens, and makes and reads the tokens inside signed URLs. */
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { accessDenied, invalidParameter, invalidSignature, invalidToken } from './errors.ts';

export interface Caller {
  role: string;
  /** The token's `sub`, whatever its form. */
  subject: string | undefined;
  claims: JWTPayload;
  token: string;
}

export type Scope = 'download' | 'upload';

/** What a signed URL allows. */
export interface UrlClaims {
  url: string;
  scope: Scope;
  owner?: string;
  upsert?: boolean;
  transformations?: string;
}

export interface Tokens {
  /** The bearer of an `Authorization` header. */
  caller(authorization: string | undefined): Promise<Caller>;
  sign(claims: UrlClaims, seconds: number): Promise<string>;
  /** Claims and end of a signed URL's token, if it was made for this object and this use. */
  check(token: string, object: string, scope: Scope): Promise<UrlClaims & { exp: number }>;
}

const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const KEY_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** The last second that a JavaScript date can hold. */
const LAST_SECOND = 8.64e12;

export const SERVICE: Caller = {
  role: 'service_role',
  subject: undefined,
  claims: { role: 'service_role' },
  token: '',
};

export const ANONYMOUS: Caller = {
  role: 'anon',
  subject: undefined,
  claims: { role: 'anon' },
  token: '',
};

export function createTokens(secretText: string, jwks: string | undefined): Tokens {
  const secret = new TextEncoder().encode(secretText);
  const keys = jwks ? createLocalJWKSet(JSON.parse(jwks) as JSONWebKeySet) : undefined;

  const verify = async (token: string): Promise<JWTPayload> => {
    const { payload } =
      keys && KEY_ALGORITHMS.includes(algorithmOf(token))
        ? await jwtVerify(token, keys, { algorithms: KEY_ALGORITHMS })
        : await jwtVerify(token, secret, { algorithms: SECRET_ALGORITHMS });
    return payload;
  };

  return {
    async caller(authorization) {
      const token = (authorization ?? '').replace(/^Bearer\s+/i, '');
      try {
        const claims = await verify(token);
        const role = typeof claims.role === 'string' && claims.role ? claims.role : 'anon';
        return { role, subject: textOf(claims.sub), claims, token };
      } catch (error) {
        if (error instanceof errors.JOSEError) throw accessDenied(error.message);
        throw error;
      }
    },

    sign(claims, seconds) {
      const now = Math.floor(Date.now() / 1000);
      if (now + seconds > LAST_SECOND) throw invalidParameter('expiresIn');
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(secret);
    },

    async check(token, object, scope) {
      let claims: Partial<UrlClaims> & JWTPayload;
      try {
        claims = (await jwtVerify(token, secret, { algorithms: ['HS256'] })).payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) throw invalidToken(error.message);
        throw error;
      }
      if (claims.url !== object || claims.exp === undefined) throw invalidSignature();
      if (claims.scope !== scope) throw invalidSignature(`Token is not scoped for ${scope}`);
      return { ...claims, url: claims.url, scope, exp: claims.exp };
    },
  };
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    return '';
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
