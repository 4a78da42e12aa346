import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorker } from '../../scripts/stack/functions/worker.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { call } from './api.ts';
import { codesTo } from './mailbox.ts';

const folder = fileURLToPath(new URL('../../edge-functions/', import.meta.url));
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** The API beside the stack's own, with other means of sending mail. */
function apiWith(environment: Record<string, string>) {
  const lines: string[] = [];
  const config = {
    name: 'api',
    entrypoint: `${folder}api/index.ts`,
    importMap: `${folder}deno.json`,
    verifyJwt: false,
  };
  const settings = {
    ...process.env,
    SUPABASE_URL: stack.apiUrl,
    SUPABASE_ANON_KEY: stack.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
    ...environment,
  };
  const worker = createWorker(config, settings as Record<string, string>, (_event, details) => {
    if ('line' in details) lines.push(String(details.line));
  });
  cleanUps.push(() => worker.stop());
  return {
    lines,
    async register(email: string) {
      const { origin, release } = await worker.lease();
      const response = await fetch(new URL('/api/auth/register', origin), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: PASSWORD, name: 'Ada' }),
      });
      const body = (await response.json()) as { message: string };
      release();
      return { status: response.status, message: body.message };
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A stand-in for Resend's API, which answers every mail with this. */
async function resendApi(status: number, answer: object) {
  const requests: { url?: string; authorization?: string; mail: Record<string, unknown> }[] = [];
  const server = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url = '', headers } = request;
    requests.push({
      url,
      authorization: headers.authorization ?? '',
      mail: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { requests, environment: { RESEND_API_KEY: 're_key', RESEND_BASE_URL: url } };
}

describe('a mail server that is down', () => {
  it('fails no registration, is not said to have sent anything, and the code can be asked for again', async () => {
    const email = uniqueEmail('newcomer');
    const { register, lines } = apiWith({ SMTP_HOST: '127.0.0.1', SMTP_PORT: '9' });
    const { status, message } = await register(email);
    expect(status).toBe(201);
    expect(message).toContain(email);
    expect(message).not.toContain('sent');

    await call('POST', '/api/auth/resend-verification', { json: { email } });
    const [code] = await codesTo(email);
    expect((await call('POST', '/api/auth/verify-email', { json: { email, code } })).status).toBe(200);

    await expect.poll(() => lines.join()).toContain('mail_not_sent');
    expect(lines.join()).not.toContain(email);
    expect(lines.join()).not.toMatch(/\b\d{6}\b/);
  });

  it('holds the answer for three seconds at most when it is silent', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => {})));
    const { register } = apiWith({ SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port) });
    const email = uniqueEmail('newcomer');
    const { status, message } = await register(email);
    expect(status).toBe(201);
    expect(message).not.toContain('sent');
  });
});

describe('Resend', () => {
  it('sends the mail when there is a key for it', async () => {
    const resend = await resendApi(200, { id: 'some-id' });
    const { register } = apiWith({
      ...resend.environment,
      MAIL_SENDER_NAME: 'Tea & "Talk"',
      MAIL_SENDER_ADDRESS: 'talk@example.org',
    });
    const email = uniqueEmail('newcomer');
    expect(await register(email)).toEqual({ status: 201, message: `Verification email sent to ${email}` });
    expect(resend.requests).toEqual([
      {
        url: '/emails',
        authorization: 'Bearer re_key',
        mail: {
          from: '"Tea & Talk" <talk@example.org>',
          to: email,
          subject: 'Confirm your e-mail address for Tea & "Talk"',
          text: expect.stringMatching(/^ {4}\d{6}$/m),
          html: expect.stringContaining('in Tea &amp; &quot;Talk&quot; within'),
          headers: { 'Auto-Submitted': 'auto-generated' },
        },
      },
    ]);
  });

  it('may refuse a mail: the registration stands and the log names neither address nor code', async () => {
    const email = uniqueEmail('newcomer');
    const refusal = { statusCode: 422, name: 'validation_error', message: `${email} is wrong` };
    const resend = await resendApi(422, refusal);
    const { register, lines } = apiWith(resend.environment);
    const { status, message } = await register(email);
    expect(status).toBe(201);
    expect(message).not.toContain('sent');
    await expect.poll(() => lines.join()).toContain('validation_error');
    expect(lines.join()).not.toContain(email);
  });
});
