/** An OpenID provider that speaks like Google: one client, the code flow with PKCE, and whoever a test says signs in. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the provider says of whoever signs in. */
export interface Identity {
  sub: string;
  email: string;
  email_verified: boolean;
  name?: string;
  picture?: string;
}

export interface OpenIdProvider {
  url: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next. */
  person: Identity | undefined;
  /** What the token endpoint answers instead of tokens. */
  failure: number | undefined;
  stop(): void;
}

interface Grant {
  person: Identity;
  nonce: string;
  challenge: string;
  redirectUri: string;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startProvider(): Promise<OpenIdProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', provider.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (pathname === '/.well-known/openid-configuration') {
      const { url } = provider;
      answer(response, 200, {
        issuer: 'https://accounts.google.com',
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
      });
    } else if (pathname === '/keys') {
      answer(response, 200, {
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256', use: 'sig' }],
      });
    } else if (pathname === '/authorize') {
      authorize(response, searchParams);
    } else {
      exchange(response, new URLSearchParams(Buffer.concat(chunks).toString()));
    }
  });

  const answer = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  function authorize(response: ServerResponse, query: URLSearchParams): void {
    const get = (name: string) => query.get(name) ?? '';
    const back = new URL(get('redirect_uri'));
    back.searchParams.set('state', get('state'));
    const isRight =
      get('client_id') === provider.clientId &&
      get('response_type') === 'code' &&
      get('code_challenge_method') === 'S256' &&
      get('scope').split(' ').includes('openid');
    if (!isRight) {
      answer(response, 400, { error: 'invalid_request' });
      return;
    }
    if (provider.person) {
      const code = randomUUID();
      grants.set(code, {
        person: provider.person,
        nonce: get('nonce'),
        challenge: get('code_challenge'),
        redirectUri: get('redirect_uri'),
      });
      back.searchParams.set('code', code);
    } else {
      back.searchParams.set('error', 'access_denied');
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function exchange(response: ServerResponse, form: URLSearchParams): void {
    const get = (name: string) => form.get(name) ?? '';
    const grant = grants.get(get('code'));
    grants.delete(get('code'));
    const challenge = createHash('sha256').update(get('code_verifier')).digest('base64url');
    const isRight =
      grant?.challenge === challenge &&
      grant.redirectUri === get('redirect_uri') &&
      get('client_id') === provider.clientId &&
      get('client_secret') === provider.clientSecret;
    if (provider.failure !== undefined) answer(response, provider.failure, { error: 'server_error' });
    else if (grant && isRight)
      answer(response, 200, { access_token: randomUUID(), id_token: idToken(grant) });
    else answer(response, 400, { error: 'invalid_grant' });
  }

  function idToken({ person, nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...person,
      nonce,
      iss: 'https://accounts.google.com',
      aud: provider.clientId,
      iat: now,
      exp: now + 600,
    };
    const content = `${base64url({ alg: 'RS256', typ: 'JWT', kid: '1' })}.${base64url(claims)}`;
    return `${content}.${sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url')}`;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider: OpenIdProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'confab.apps.example.com',
    clientSecret: 'google-secret',
    person: undefined,
    failure: undefined,
    stop: () => server.close(),
  };
  return provider;
}
