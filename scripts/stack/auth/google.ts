/** Google, or whoever is configured to speak for it: finds its endpoints, exchanges codes, checks id tokens. */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Config } from './config.ts';
import type { Json } from './database.ts';
import { AuthError, invalid, OAuthError, unexpected } from './errors.ts';

export const ISSUER = 'https://accounts.google.com';
/** Providers that the real server has and this one does not, with the issuers of their id tokens. */
export const ABSENT: Record<string, string> = {
  apple: 'https://appleid.apple.com',
  azure: '',
  bitbucket: '',
  discord: '',
  facebook: 'https://www.facebook.com',
  snapchat: '',
  figma: '',
  fly: '',
  github: '',
  gitlab: '',
  keycloak: '',
  kakao: 'https://kauth.kakao.com',
  linkedin: '',
  linkedin_oidc: '',
  notion: '',
  spotify: '',
  slack: '',
  slack_oidc: '',
  workos: '',
  twitch: '',
  twitter: '',
  zoom: '',
};

export interface Discovery {
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  issuer: string;
}

/** What a provider says of a person. */
export interface Person {
  id: string;
  email: string | undefined;
  isVerified: boolean;
  data: Json;
}

export interface Granted {
  person: Person;
  accessToken: string;
  refreshToken: string;
}

export function requireProvider(config: Config, name: string): void {
  if (name === 'google' && config.google.isEnabled) return;
  const isKnown = name === 'google' || name in ABSENT;
  const why = isKnown ? 'provider is not enabled' : `Provider ${name} could not be found`;
  throw invalid(`Unsupported provider: ${why}`);
}

const discoveries = new Map<
  string,
  { at: number; found: Discovery; keys: ReturnType<typeof createRemoteJWKSet> }
>();
const DAY = 86_400_000;

async function discover({ google }: Config) {
  const known = discoveries.get(google.url);
  if (known && Date.now() - known.at < DAY) return known;
  const answer = await fetch(`${google.url}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  if (!answer?.ok) throw unexpected('Unable to reach the provider');
  const found = (await answer.json()) as Discovery;
  const entry = { at: Date.now(), found, keys: createRemoteJWKSet(new URL(found.jwks_uri)) };
  discoveries.set(google.url, entry);
  return entry;
}

/** Where the browser goes to sign in; parameters that are none of ours are passed on. */
export async function authorizationUrl(
  config: Config,
  state: string,
  scopes: string,
  passedOn: Record<string, string>,
): Promise<string> {
  const { found } = await discover(config);
  const scope = ['email', 'profile', ...scopes.split(/[\s,]+/).filter(Boolean)].join(' ');
  const query = new URLSearchParams({
    ...passedOn,
    client_id: config.google.clientIds[0] ?? '',
    redirect_uri: config.google.redirectUri,
    response_type: 'code',
    scope,
    state,
  });
  query.sort();
  return `${found.authorization_endpoint}?${query}`;
}

export async function exchange(config: Config, code: string): Promise<Granted> {
  const { found, keys } = await discover(config);
  const answer = await fetch(found.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: config.google.clientIds[0] ?? '',
      client_secret: config.google.secret,
      redirect_uri: config.google.redirectUri,
    }),
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  if (!answer?.ok) throw unexpected(`Unable to exchange external code: ${code}`);
  const granted = (await answer.json()) as Record<string, string | undefined>;
  const { payload } = await jwtVerify(granted.id_token ?? '', keys, {
    issuer: ISSUER,
    audience: config.google.clientIds,
  }).catch(() => {
    throw unexpected('Unable to read the identity of the external account');
  });
  return {
    person: toPerson(payload),
    accessToken: granted.access_token ?? '',
    refreshToken: granted.refresh_token ?? '',
  };
}

/** The person of an id token that an app has got by itself. */
export async function readIdToken(
  config: Config,
  token: string,
): Promise<{ person: Person; nonce: string | undefined }> {
  const { keys } = await discover(config);
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, keys, { issuer: ISSUER }));
  } catch (error) {
    if (error instanceof errors.JWKSTimeout) throw unexpected('Unable to reach the provider');
    throw new OAuthError('invalid request', 'Bad ID token');
  }
  const audiences = [payload.aud ?? []].flat();
  if (!audiences.some((audience) => config.google.clientIds.includes(audience))) {
    throw new OAuthError('invalid request', `Unacceptable audience in id_token: [${audiences.join(' ')}]`);
  }
  return { person: toPerson(payload), nonce: payload.nonce as string | undefined };
}

function toPerson(claims: JWTPayload): Person {
  const id = claims.sub ?? '';
  if (!id) throw new AuthError(500, 'unexpected_failure', 'Missing subject in the external identity');
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
  const name = text(claims.name);
  const picture = text(claims.picture);
  const email = text(claims.email)?.toLowerCase();
  const isVerified = claims.email_verified === true;
  const data: Json = {
    iss: claims.iss,
    sub: id,
    provider_id: id,
    ...(name ? { name, full_name: name } : {}),
    ...(picture ? { picture, avatar_url: picture } : {}),
    ...(email ? { email } : {}),
    email_verified: isVerified,
    phone_verified: false,
  };
  return { id, email, isVerified, data };
}
