/** Verifies access tokens and tells apart the ways in which one can be wrong. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, errors, importJWK, type JWK } from 'jose';

export type Claims = Record<string, unknown>;

/** A verified token. */
export interface Session {
  token: string;
  role: string;
  claims: Claims;
  /** Seconds since the epoch. */
  expiresAt: number;
}

export type TokenFault = 'malformed' | 'signature' | 'signer' | 'claims' | 'expired';

export class TokenError extends Error {
  override name = 'TokenError';
  readonly fault: TokenFault;

  constructor(fault: TokenFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

const malformed = () => new TokenError('malformed', 'The token provided is not a valid JWT');

export const expired = (expiresAt: number) =>
  new TokenError('expired', `Token has expired ${Math.max(0, nowInSeconds() - expiresAt)} seconds ago`);

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

const KEY_TYPES: Record<string, string> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' };

type VerificationKey = Exclude<Awaited<ReturnType<typeof importJWK>>, Uint8Array> | Uint8Array | KeyObject;

export class TokenVerifier {
  private readonly secret: KeyObject;
  private readonly jwks: JWK[];

  constructor(secret: string, jwks?: string) {
    this.secret = createSecretKey(Buffer.from(secret));
    this.jwks = jwks ? (JSON.parse(jwks) as { keys: JWK[] }).keys : [];
  }

  /** @throws TokenError */
  async verify(raw: string): Promise<Session> {
    const token = tidy(raw);
    const claims = await this.readClaims(token);
    const { role, exp, iat } = claims;
    if (typeof role !== 'string' || typeof exp !== 'number') {
      throw new TokenError('claims', 'Fields `role` and `exp` are required in JWT');
    }
    if (iat !== undefined && typeof iat !== 'number') throw malformed();
    const expiresAt = Math.round(exp);
    if (expiresAt <= nowInSeconds()) throw expired(expiresAt);
    return { token: raw, role, claims, expiresAt };
  }

  private async readClaims(token: string): Promise<Claims> {
    let header: { alg?: string; kid?: string };
    try {
      header = decodeProtectedHeader(token);
    } catch {
      throw malformed();
    }
    const key = await this.keyFor(header);
    let payload: Uint8Array;
    try {
      payload = (await compactVerify(token, key)).payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) {
        throw new TokenError('signature', 'Failed to validate JWT signature');
      }
      throw malformed();
    }
    try {
      const claims: unknown = JSON.parse(Buffer.from(payload).toString());
      if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims as Claims;
    } catch {
      // Not JSON: the token is as malformed as one whose claims are no object.
    }
    throw malformed();
  }

  private async keyFor({ alg = '', kid }: { alg?: string; kid?: string }): Promise<VerificationKey> {
    const find = (kty: string | undefined) =>
      kid === undefined ? undefined : this.jwks.find((jwk) => jwk.kid === kid && jwk.kty === kty);
    if (alg.startsWith('HS')) {
      const jwk = find('oct');
      return jwk ? importJWK(jwk, alg) : this.secret;
    }
    const jwk = find(KEY_TYPES[alg.slice(0, 2)]);
    if (jwk) return importJWK(jwk, alg);
    const which = kid === undefined ? '' : ` for key ID (kid) "${kid}"`;
    throw new TokenError(
      'signer',
      `Failed to generate JWT signer${which}, check your JWT secret or JWKS configuration`,
    );
  }
}

/** Tokens arrive in URLs and from hand-edited files. */
function tidy(raw: string): string {
  const text = raw.replace(/\s+/g, '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
