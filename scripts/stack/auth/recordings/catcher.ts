/** What the server talks to while the recordings are played: mailbox, telephone, hooks, templates and a Google. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GOOGLE_CLIENT, HOOK_KEY } from './profiles.ts';
import { smtpServer } from './smtp.ts';

export interface Catcher {
  url: string;
  smtpPort: number;
  stop(): Promise<void>;
}

interface HookCall {
  profile: string;
  name: string;
  headers: IncomingMessage['headers'];
  payload: HookPayload;
}

interface HookPayload {
  user?: { email?: string; phone?: string };
  sms?: { otp?: string; phone?: string };
  claims?: object;
}

interface HookReply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  delay?: number;
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

const GOOGLE = 'https://accounts.google.com';

export async function startCatcher(port: number): Promise<Catcher> {
  const mails: { to: string; body: string }[] = [];
  const messages: { phone: string; otp: string | undefined }[] = [];
  const calls: HookCall[] = [];
  const replies = new Map<string, HookReply>();
  const google = fakeGoogle(() => url);

  const hook = async (profile: string, name: string, request: IncomingMessage, text: string) => {
    const payload = JSON.parse(text) as HookPayload;
    if (!isSigned(request, text)) return { status: 401, body: { error: 'the signature is wrong' } };
    calls.push({ profile, name, headers: request.headers, payload });
    if (name === 'send-sms') {
      messages.push({ phone: digits(payload.sms?.phone ?? payload.user?.phone), otp: payload.sms?.otp });
    }
    if (name === 'send-email') mails.push({ to: (payload.user?.email ?? '').toLowerCase(), body: '' });
    const reply = replies.get(`${profile}/${name}`);
    if (reply) {
      await sleep(reply.delay ?? 0);
      return { ...reply, body: reply.body ?? {} };
    }
    if (name === 'custom-access-token')
      return { body: { claims: { ...payload.claims, golden_claim: 'yes' } } };
    return { body: name.endsWith('-verification') ? { decision: 'continue' } : {} };
  };

  const answer = async (request: IncomingMessage, text: string): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const [, first = '', second = '', third = ''] = pathname.split('/');
    const to = searchParams.get('to')?.toLowerCase();
    if (first === 'tpl') return { headers: { 'content-type': 'text/html' }, body: template(second) };
    if (first === 'mail') return { body: mails.filter((mail) => mail.to === to) };
    if (first === 'sms')
      return { body: messages.filter(({ phone }) => phone === digits(searchParams.get('phone'))) };
    if (first === 'hooks')
      return { body: calls.filter(({ profile }) => profile === searchParams.get('profile')) };
    if (first === 'hook-reply') {
      const { profile, name, reply } = JSON.parse(text);
      replies.set(`${profile}/${name}`, reply);
      return { body: {} };
    }
    if (first === 'idtoken') return { body: { id_token: google.idToken(JSON.parse(text)) } };
    if (first === 'hook') return hook(second, third, request, text);
    if (first === 'google') return google.answer(pathname.slice('/google'.length), text);
    return { status: 404, body: {} };
  };

  const server = createServer(async (request, response) => {
    const text = await read(request);
    const { status = 200, headers, body } = await answer(request, text);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const smtp = smtpServer((mail) => mails.push(mail));
  await listen(server, port);
  await listen(smtp, 0);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    smtpPort: (smtp.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      smtp.close();
    },
  };
}

/** A Google whose codes are the claims of the person who signs in. */
function fakeGoogle(url: () => string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'recordings', alg: 'RS256', use: 'sig' };
  const now = () => Math.floor(Date.now() / 1000);
  const idToken = (claims: object) =>
    rs256(privateKey, { iss: GOOGLE, aud: GOOGLE_CLIENT, iat: now(), exp: now() + 3600, ...claims });
  const answer = (path: string, text: string): Answer => {
    if (path === '/.well-known/openid-configuration') {
      return {
        body: {
          issuer: GOOGLE,
          authorization_endpoint: `${GOOGLE}/o/oauth2/v2/auth`,
          token_endpoint: `${url()}/google/token`,
          jwks_uri: `${url()}/google/jwks`,
        },
      };
    }
    if (path === '/jwks') return { body: { keys: [key] } };
    if (path !== '/token') return { status: 404, body: {} };
    const code = new URLSearchParams(text).get('code') ?? '';
    if (code === 'bad') {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Malformed auth code.' } };
    }
    return {
      body: {
        access_token: 'google-access-token',
        refresh_token: 'google-refresh-token',
        token_type: 'Bearer',
        expires_in: 3599,
        id_token: idToken(JSON.parse(Buffer.from(code, 'base64url').toString())),
      },
    };
  };
  return { idToken, answer };
}

function rs256(key: KeyObject, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'recordings' })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

const template = (name: string) =>
  `<p>TYPE=${name};</p><p>CODE={{ .Token }};</p><p>HASH={{ .TokenHash }};</p><a href="{{ .ConfirmationURL }}">go</a>`;

const digits = (phone: string | null | undefined) => (phone ?? '').replace(/\D/g, '');

function isSigned({ headers }: IncomingMessage, text: string): boolean {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = createHmac('sha256', HOOK_KEY).update(content).digest('base64');
  return headers['webhook-signature'] === `v1,${expected}`;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
