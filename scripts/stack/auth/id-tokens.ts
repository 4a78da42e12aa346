/** Signing in with an id token that an app has got from the provider by itself. */
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { creating, tellAfterCreation } from './accounts.ts';
import { AuthError, invalid, OAuthError } from './errors.ts';
import { link, resolve } from './external.ts';
import { ABSENT, ISSUER, readIdToken } from './google.ts';
import { toIdentity } from './identities.ts';
import { readBody, shape } from './request.ts';
import type { Service } from './service.ts';
import { signedIn, startSession } from './sessions.ts';
import { requireUser } from './tokens.ts';

const BODY = shape('IdTokenGrantParams', {
  id_token: 'string',
  access_token: 'string',
  nonce: 'string',
  provider: 'string',
  client_id: 'string',
  issuer: 'string',
  link_identity: 'bool',
});

export async function signInWithIdToken(service: Service, c: Context): Promise<Response> {
  const { config } = service;
  const body = await readBody(c, BODY);
  if (!body.id_token) throw new OAuthError('invalid request', 'id_token required');
  if (!body.provider && !(body.client_id && body.issuer)) {
    throw new OAuthError('invalid request', 'provider or client_id and issuer required');
  }
  requireKnown(service, body.provider || body.issuer);
  const { person, nonce } = await readIdToken(config, body.id_token);
  if (!config.google.skipNonceCheck) requireNonce(nonce, body.nonce);
  const caller = body.link_identity ? await linkingCaller(service, c) : undefined;
  const { resolved, started } = await creating(service, async (inner) => {
    const resolved = caller ? await link(inner, caller, person) : await resolve(inner, person);
    const started = resolved.refusal ? undefined : await startSession(inner, resolved.user, 'oauth');
    return { resolved, started };
  });
  if (!started) throw resolved.refusal ?? new OAuthError('invalid request', 'Bad ID token');
  const { user } = started.session;
  if (resolved.before) user.identities = resolved.before.map(toIdentity);
  if (resolved.isNew) {
    await tellAfterCreation(service, started.userId);
    delete user.confirmed_at;
  }
  return signedIn(c, started);
}

async function linkingCaller(service: Service, c: Context) {
  try {
    return (await requireUser(service, c)).user;
  } catch {
    throw new OAuthError('invalid request', 'Linking requires a valid user access token in Authorization');
  }
}

function requireKnown({ config }: Service, provider: string): void {
  const disabled = (issuer: string) =>
    new AuthError(400, 'provider_disabled', `Provider (issuer "${issuer}") is not enabled`);
  if (provider === 'google' || provider === ISSUER) {
    if (!config.google.isEnabled) throw disabled(ISSUER);
    return;
  }
  if (provider === 'azure') throw invalid('Detected ID token issuer is not an Azure ID token issuer');
  if (ABSENT[provider]) throw disabled(ABSENT[provider]);
  throw invalid(`Custom OIDC provider "${provider}" not allowed`);
}

/** The token carries the hash of the nonce that its owner knows. */
function requireNonce(inToken: string | undefined, given: string): void {
  if (Boolean(inToken) !== Boolean(given)) {
    throw new OAuthError(
      'invalid request',
      'Passed nonce and nonce in id_token should either both exist or not.',
    );
  }
  if (given && createHash('sha256').update(given).digest('hex') !== inToken) {
    throw new OAuthError('invalid nonce', 'Nonces mismatch');
  }
}
