import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../scripts/stack/config.ts';
import { createWorker } from '../../scripts/stack/functions/worker.ts';
import { database } from '../helpers/database.ts';
import { signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { call, expectError } from './api.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { hook } = readConfig(project).auth as { hook: { send_sms: { secrets: string } } };
const secret = hook.send_sms.secrets;
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});
afterAll(() => database.end());

const newPhone = () => `4918${randomInt(1e8, 1e9)}`;

/** What Auth sends, signed as the Standard Webhooks specification asks. */
function signed(json: unknown, { key = secret, age = 0 } = {}) {
  const [id, timestamp, body] = [randomUUID(), Math.floor(Date.now() / 1000) - age, JSON.stringify(json)];
  const bytes = Buffer.from(key.replace('v1,whsec_', ''), 'base64');
  const signature = createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
  return { body, headers };
}

const hookCall = (userId: string, phone: string) => ({ user: { id: userId }, sms: { otp: '123456', phone } });

/** The API beside the stack's own, with Twilio's answers. */
async function apiWithTwilio(status: number, answer: object) {
  const requests: { url: string; authorization: string; form: Record<string, string> }[] = [];
  const lines: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '', form });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  const folder = `${project}edge-functions/`;
  const config = {
    name: 'api',
    entrypoint: `${folder}api/index.ts`,
    importMap: `${folder}deno.json`,
    verifyJwt: false,
  };
  const environment = {
    ...process.env,
    SUPABASE_URL: stack.apiUrl,
    SUPABASE_ANON_KEY: stack.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
    SEND_SMS_HOOK_SECRETS: secret,
    TWILIO_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    TWILIO_ACCOUNT_SID: 'AC1',
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_SENDER: '+15005550006',
  };
  const worker = createWorker(config, environment as Record<string, string>, (_event, details) => {
    if ('line' in details) lines.push(String(details.line));
  });
  cleanUps.push(() => worker.stop());
  return {
    requests,
    lines,
    async send(userId: string, phone: string) {
      const { origin, release } = await worker.lease();
      const url = new URL('/api/hooks/send-sms', origin);
      const response = await fetch(url, { method: 'POST', ...signed(hookCall(userId, phone)) });
      const body: unknown = await response.json();
      release();
      return { status: response.status, body };
    },
  };
}

describe("Auth's hook for messages", () => {
  const send = ({ body, headers }: { body: string; headers: Record<string, string> }) =>
    call('POST', '/api/hooks/send-sms', { raw: body, headers });

  it.each([
    ['another secret', signed(hookCall(randomUUID(), '4915'), { key: 'v1,whsec_YW5vdGhlcg==' })],
    ['an old signature', signed(hookCall(randomUUID(), '4915'), { age: 3600 })],
    ['another body', { ...signed({}), body: JSON.stringify(hookCall(randomUUID(), '4915')) }],
    ['no signature', { ...signed({}), headers: { 'content-type': 'application/json' } }],
  ])('is called by nobody with %s', async (_, request) => {
    expectError(await send(request), 403, 'forbidden');
  });

  it('sends a person ten messages an hour', async () => {
    const { id } = await signUp();
    const phone = newPhone();
    for (let n = 1; n <= 10; n++)
      expect(await send(signed(hookCall(id, phone)))).toMatchObject({ status: 200, body: {} });
    expect((await send(signed(hookCall(id, phone)))).body).toMatchObject({
      error: { http_code: 429, message: expect.stringMatching(/^rate_limited: /) },
    });
  });

  it('sends a number that nobody has proven ten messages an hour, whoever asks, and its owner more', async () => {
    const people = await Promise.all(Array.from({ length: 11 }, () => signUp()));
    const phone = newPhone();
    const answers = [];
    for (const { id } of people) answers.push((await send(signed(hookCall(id, phone)))).body);
    expect(answers.slice(0, 10)).toEqual(Array(10).fill({}));
    expect(answers[10]).toMatchObject({ error: { http_code: 429 } });
    const owner = people[0]?.id ?? '';
    await database`
      insert into auth.mfa_factors (id, user_id, factor_type, status, phone, created_at, updated_at)
      values (gen_random_uuid(), ${owner}, 'phone', 'verified', ${phone}, now(), now())`;
    expect(await send(signed(hookCall(owner, phone)))).toMatchObject({ status: 200, body: {} });
  });

  it('sends people of one address a hundred messages an hour to numbers that nobody has proven', async () => {
    const { id } = await signUp();
    const address = `2001:db8:${randomInt(65536).toString(16)}:${randomInt(1, 65536).toString(16)}`;
    await database`update auth.sessions set ip = ${`${address}::7`} where user_id = ${id}`;
    await database`
      insert into chat_private.rate_limit_states (bucket, key, full_at)
      select bucket, ${`${address}::/64`}::cidr::text, now() + period
        from chat_private.rate_limit_rules where bucket = 'sms_address'`;
    expect((await send(signed(hookCall(id, newPhone())))).body).toMatchObject({ error: { http_code: 429 } });
  });
});

describe('Twilio', () => {
  it('sends the message when there is an account', async () => {
    const { id } = await signUp();
    const phone = newPhone();
    const { requests, send } = await apiWithTwilio(201, { sid: 'SM1' });
    expect(await send(id, phone)).toEqual({ status: 200, body: {} });
    expect(requests).toEqual([
      {
        url: '/2010-04-01/Accounts/AC1/Messages.json',
        authorization: `Basic ${Buffer.from('AC1:token').toString('base64')}`,
        form: {
          To: `+${phone}`,
          From: '+15005550006',
          Body: expect.stringMatching(/^123456 is your code for Confab/),
        },
      },
    ]);
  });

  it('may refuse a message: Auth hears so, and the log names neither number nor code', async () => {
    const { id } = await signUp();
    const phone = newPhone();
    const { send, lines } = await apiWithTwilio(400, { code: 21211, message: `+${phone} is no number` });
    expect((await send(id, phone)).body).toMatchObject({ error: { http_code: 503 } });
    await expect.poll(() => lines.join()).toContain('21211');
    expect(lines.join()).not.toContain(phone);
    expect(lines.join()).not.toContain('123456');
  });
});
