/** Google's sign-in by the code flow with PKCE, or that of whoever is configured to speak for it (OpenID Connect). */
import { decode } from 'hono/jwt';
import { hex, sha256 } from './digest.ts';
import type { GoogleSettings } from './env.ts';
import { ApiError } from './errors.ts';

/** What one browser has to bring back; none of it is guessable. */
export interface Flow {
  state: string;
  verifier: string;
  nonce: string;
}

export interface Google {
  /** Where the browser goes to sign in. */
  addressFor(flow: Flow): Promise<string>;
  /** The id token that a code stands for. Its signature is left to Auth, which takes it next. @throws google_failed */
  exchange(code: string, flow: Flow): Promise<{ idToken: string; isAddressVerified: boolean }>;
}

interface Discovery {
  authorization_endpoint: string;
  token_endpoint: string;
}

const PATIENCE = 10_000;

export function connectGoogle(settings: GoogleSettings): Google {
  const { clientId, clientSecret, issuer, redirectUri } = settings;
  let found: Promise<Discovery> | undefined;

  async function discover(): Promise<Discovery> {
    found ??= readJson(`${issuer}/.well-known/openid-configuration`) as Promise<Discovery>;
    try {
      return await found;
    } catch (cause) {
      found = undefined;
      throw cause;
    }
  }

  return {
    async addressFor({ state, verifier, nonce }) {
      const { authorization_endpoint } = await discover();
      const url = new URL(authorization_endpoint);
      url.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid email profile',
        state,
        code_challenge: base64url(await sha256(verifier)),
        code_challenge_method: 'S256',
        // Auth is given the nonce itself and compares its hash.
        nonce: hex(await sha256(nonce)),
      }).toString();
      return url.href;
    },

    async exchange(code, { verifier }) {
      const { token_endpoint } = await discover();
      const answer = (await readJson(token_endpoint, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        client_id: clientId,
        client_secret: clientSecret,
        code_verifier: verifier,
      })) as { id_token?: string };
      const idToken = answer.id_token ?? '';
      return { idToken, isAddressVerified: claimsOf(idToken).email_verified === true };
    },
  };
}

export const newFlow = (): Flow => ({ state: random(), verifier: random(), nonce: random() });

async function readJson(url: string, form?: Record<string, string>): Promise<unknown> {
  const init = form && { method: 'POST', body: new URLSearchParams(form) };
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(`${new URL(url).pathname} answers ${answer.status}`);
    return await answer.json();
  } catch (cause) {
    throw failed(cause);
  }
}

function claimsOf(idToken: string): { email_verified?: unknown } {
  try {
    return decode(idToken).payload as { email_verified?: unknown };
  } catch (cause) {
    throw failed(cause);
  }
}

const failed = (cause: unknown) =>
  new ApiError('google_failed', 502, 'unable to sign in; Google does not confirm who you are', { cause });

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
