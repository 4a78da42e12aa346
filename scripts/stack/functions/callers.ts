/** Checks the caller's token for functions with `verify_jwt`, before any code of the function runs. */
import type { IncomingHttpHeaders } from 'node:http';
import { jwtVerify } from 'jose';

export interface Denial {
  code: string;
  message: string;
}

/** Why the caller is refused; nothing when the token is good. */
export async function refuseCaller(
  headers: IncomingHttpHeaders,
  secret: Uint8Array,
): Promise<Denial | undefined> {
  const token = bearer(headers.authorization) ?? bearer(String(headers['sb-api-key'] ?? ''));
  if (token === undefined) {
    return { code: 'UNAUTHORIZED_NO_AUTH_HEADER', message: 'Missing authorization header' };
  }
  try {
    await jwtVerify(token, secret, { algorithms: ['HS256'] });
    return undefined;
  } catch {
    return { code: 'UNAUTHORIZED_INVALID_JWT_FORMAT', message: 'Invalid JWT' };
  }
}

/** An opaque key is no token; the gateway sends the one it stands for in `sb-api-key`. */
function bearer(header: string | undefined): string | undefined {
  const token = /^bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
  return token?.startsWith('sb_') ? undefined : token;
}
