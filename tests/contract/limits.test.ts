/** The limits of the HTTP API: exact counts, what a client is told, and who is counted together. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { type Answer, badTokens, call, expectError, uniqueAddress } from './api.ts';
import { PNG } from './pictures.ts';
import { form } from './uploads.ts';

afterAll(() => database.end());

async function ownChannel(person: Person): Promise<string> {
  const { data } = await person.supabase
    .rpc('create_channel', { slug: `c-${randomUUID()}`, kind: 'private', member_ids: [] })
    .single()
    .throwOnError();
  return data.id;
}

const send = (person: Person, channel: string) =>
  call('POST', `/api/chat/channels/${channel}/messages/send`, {
    token: person.token,
    json: { content: 'x' },
  });

const readMe = (person: Person) => call('GET', '/api/auth/me', { token: person.token });

/** As if this much of the window had been used. */
const use = (bucket: string, key: string, used: number) => database`
  insert into chat_private.api_windows (bucket, key, used, ends_at) values (${bucket}, ${key}, ${used}, now() + interval '1 minute')
  on conflict (bucket, key) do update set used = excluded.used`;

interface Attempt {
  token?: string;
  headers?: Record<string, string>;
}

/** Of an address of version 6, as it is counted. */
const networkOf = (address: string) =>
  address
    .split(':')
    .slice(0, 4)
    .map((group) => (Number.parseInt(group || '0', 16) || 0).toString(16))
    .join(':');

const limitOf = ({ headers }: Answer<unknown>) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`ratelimit-${name}`) ?? Number.NaN));

describe('the limits of the HTTP API', () => {
  it('let exactly 100 messages of 150 through that a person sends at once', async () => {
    const ada = await signUp('Ada');
    const channel = await ownChannel(ada);
    const answers = await Promise.all(Array.from({ length: 150 }, () => send(ada, channel)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(50);
    const rows = await database`select from chat.messages where channel_id = ${channel} and kind = 'user'`;
    expect(rows).toHaveLength(100);
  });

  it('say in every answer what is left, and at the end how long to wait', async () => {
    const ada = await signUp('Ada');
    expect(limitOf(await readMe(ada))).toEqual([1000, 999, 3600]);
    expect(limitOf(await readMe(ada))).toEqual([1000, 998, expect.toSatisfy((reset) => reset > 3590)]);
    await use('api', ada.id, 999);
    expect((await readMe(ada)).status).toBe(200);
    const refused = await readMe(ada);
    expectError(refused, 429, 'rate_limited');
    const [limit, remaining, reset] = limitOf(refused);
    expect([limit, remaining]).toEqual([1000, 0]);
    expect(Number(refused.headers.get('retry-after'))).toBe(reset);
  });

  it.each([
    '/api/auth/me',
    '/api/chat/channels',
    '/api/chat/channels/public',
    '/api/dms',
    '/api/notifications',
    '/api/notifications/settings',
    '/api/users/search?query=ada',
  ])('count each call of GET %s once, and let none through that is too many', async (path) => {
    const { id, token } = await signUp('Ada');
    const read = () => call('GET', path, { token });
    expect([limitOf(await read())[1], limitOf(await read())[1], limitOf(await read())[1]]).toEqual([
      999, 998, 997,
    ]);
    await use('api', id, 995);
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await read()).status));
    expect(statuses.sort()).toEqual([...Array(5).fill(200), ...Array(5).fill(429)]);
  });

  it('count calls that are refused for another reason, and say so there', async () => {
    const ada = await signUp('Ada');
    const answer = await call('POST', `/api/chat/channels/${randomUUID()}/messages/send`, {
      token: ada.token,
      json: {},
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(limitOf(answer)).toEqual([100, 99, 60]);
  });

  it('begin anew when the window has ended', async () => {
    const ada = await signUp('Ada');
    await use('api', ada.id, 1000);
    expect((await readMe(ada)).status).toBe(429);
    await database`update chat_private.api_windows set ends_at = now() where key = ${ada.id}`;
    expect(limitOf(await readMe(ada))).toEqual([1000, 999, 3600]);
  });

  it('count sends apart from everything else, and each person apart', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await ownChannel(ada);
    await use('api', ada.id, 1000);
    expect((await send(ada, channel)).status).toBe(201);
    expect((await readMe(bob)).status).toBe(200);
    await use('api_send', ada.id, 100);
    expect((await send(ada, channel)).status).toBe(429);
  });

  it.each([
    ['a visitor in the same network', '2001:db8:0:7::1', '2001:db8::7:ffff:1:2:3', 998],
    ['a visitor in the network beside it', '2001:db8:0:7::1', '2001:db8:0:8::1', 999],
    ['the same visitor, written otherwise', '::ffff:198.51.100.7', '::FFFF:c633:6407', 998],
    ['another visitor of version 4', '::ffff:198.51.100.7', '::ffff:198.51.100.8', 999],
  ])('count %s as who they are', async (_who, one, other, remaining) => {
    await database`
      delete from chat_private.api_windows where key like '2001:db8:0:%' or key like '0:0:0:0:0:ffff:c633:%'`;
    const visit = (address: string) =>
      call('POST', '/api/auth/register', { json: {}, headers: { 'x-forwarded-for': address } });
    await visit(one);
    expect(limitOf(await visit(other))[1]).toBe(remaining);
  });

  it('hold up nobody else while a request of one person is counted and goes on', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    await Promise.all([readMe(ada), readMe(bob)]);
    let own: Promise<Answer<unknown>> | undefined;
    await database.begin(async (transaction) => {
      await transaction`select chat_private.count_api_call('api', ${ada.id})`;
      own = readMe(ada);
      for (let n = 0; n < 10; n += 1) expect((await readMe(bob)).status).toBe(200);
      await expect(Promise.race([own, 'waits'])).resolves.toBe('waits');
    });
    expect(limitOf((await own) as Answer<unknown>)[1]).toBe(997);
  });

  it('hold no connection of the database for calls of a person who is being counted elsewhere', async () => {
    const ada = await signUp('Ada');
    await readMe(ada);
    let own: Promise<Answer<unknown>>[] = [];
    await database.begin(async (transaction) => {
      await transaction`select chat_private.count_api_call('api', ${ada.id})`;
      own = Array.from({ length: 40 }, () => readMe(ada));
      const { data } = await ada.supabase.rpc('take_api_call', { bucket: 'api' }).throwOnError();
      expect(data).toMatchObject({ is_accepted: null });
      const query = ada.supabase.rpc('update_account', { status_text: 'x' }).setHeader('X-Api-Bucket', 'api');
      expect((await query).status).toBe(503);
      expect((await readMe(await signUp('Bob'))).status).toBe(200);
      const [waiting] = await transaction`
        select count(*)::integer as n from pg_catalog.pg_stat_activity
         where pg_backend_pid() = any (pg_catalog.pg_blocking_pids(pid))`;
      expect(waiting?.n).toBe(0);
    });
    const left = (await Promise.all(own)).map((answer) => limitOf(answer)[1]).sort();
    expect(left).toEqual(Array.from({ length: 40 }, (_, n) => 958 + n));
    const { data } = await ada.supabase.rpc('get_account').single().throwOnError();
    expect(data.status_text).toBeNull();
  });

  it('let none through that is too many, where each waits for another', async () => {
    const ada = await signUp('Ada');
    await readMe(ada);
    await use('api', ada.id, 990);
    let own: Promise<Answer<unknown>>[] = [];
    await database.begin(async (transaction) => {
      await transaction`select chat_private.count_api_call('api', ${ada.id})`;
      own = Array.from({ length: 20 }, () => readMe(ada));
      await expect(Promise.race([...own, readMe(await signUp('Bob'))])).resolves.toMatchObject({
        status: 200,
      });
    });
    const answers = await Promise.all(own);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectError(answer, 429, 'rate_limited');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
  });

  it('do not count what the SDK does', async () => {
    const ada = await signUp('Ada');
    await ownChannel(ada);
    await use('api', ada.id, 1000);
    const { error } = await ada.supabase.from('my_channels').select('id');
    expect(error).toBeNull();
  });

  it.each(badTokens)('count nobody by %s', async (_name, tokenFrom) => {
    const ada = await signUp('Ada');
    await readMe(ada);
    const token = tokenFrom(ada.token);
    expect((await call('GET', '/api/auth/me', { token })).status).toBe(401);
    const [row] = await database`select used from chat_private.api_windows where key = ${ada.id}`;
    expect(row?.used).toBe(1);
  });

  it.each(['GET', 'POST'])(
    'count hardly anything by the token of a session that has ended: %s',
    async (method) => {
      const ada = await signUp('Ada');
      const channel = await ownChannel(ada);
      const [bucket, ask] =
        method === 'GET' ? ['api', () => readMe(ada)] : ['api_send', () => send(ada, channel)];
      await readMe(ada);
      await ask();
      await database`delete from auth.sessions where user_id = ${ada.id}`;
      await database`delete from chat_private.api_windows where key = ${ada.id}`;
      for (let n = 0; n < 5; n += 1) expectError(await ask(), 401, 'session_expired');
      const [row] = await database`
      select used from chat_private.api_windows where key = ${ada.id} and bucket = ${bucket}`;
      expect(row?.used ?? 0).toBeLessThanOrEqual(1);
    },
  );

  it('follow their rules at once, and are gone with them', async () => {
    const from = uniqueAddress();
    await use('api_visitor', networkOf(from), 4);
    // Of all rules this one shows in the tests of no other file.
    const set = (burst: number) =>
      database`update chat_private.rate_limit_rules set burst = ${burst} where bucket = 'api_visitor'`;
    await set(2000);
    try {
      const answer = await call('POST', '/api/auth/register', {
        json: {},
        headers: { 'x-forwarded-for': from },
      });
      expect(limitOf(answer).slice(0, 2)).toEqual([2000, 1995]);
    } finally {
      await set(1000);
    }
  });
});

describe('the limit of calls whose token or key is not good', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const garbage = 'x.y.z';

  it.each([
    ['no token', {}],
    ['a token that is none', { token: garbage }],
    ['a key that is none', { headers: { 'x-api-key': `confab_${'0'.repeat(64)}` } }],
  ])(
    'counts %s for the address, and lets good tokens of it through',
    async (_what, { headers, ...rest }: Attempt) => {
      const [ada, address] = [await signUp('Ada'), uniqueAddress()];
      const attempt = () =>
        call('GET', '/api/auth/me', { ...rest, headers: { ...from(address), ...headers } });
      expect(limitOf(await attempt()).slice(0, 2)).toEqual([1000, 999]);
      await use('api_refused', networkOf(address), 1000);
      expectError(await attempt(), 429, 'rate_limited');
      expect((await call('GET', '/api/auth/me', { token: ada.token, headers: from(address) })).status).toBe(
        200,
      );
    },
  );

  it.each(['/api/upload', '/api/users/avatar'])(
    'counts what is sent to %s with it, of which nothing is stored or counted for its owner',
    async (path) => {
      const [ada, address] = [await signUp('Ada'), uniqueAddress()];
      await readMe(ada);
      await database`delete from auth.sessions where user_id = ${ada.id}`;
      const raw = form([['file', new Blob([PNG]), 'a.png']]);
      const answer = await call('POST', path, { token: ada.token, raw, headers: from(address) });
      expectError(answer, 401, 'session_expired');
      const counted = await database`
        select bucket from chat_private.api_windows where key in (${ada.id}, ${networkOf(address)}) order by bucket`;
      expect(counted.map(({ bucket }) => bucket)).toEqual(['api', 'api_refused']);
    },
  );

  it('counts a token that was good before', async () => {
    const [ada, address] = [await signUp('Ada'), uniqueAddress()];
    const readMeFrom = () => call('GET', '/api/auth/me', { token: ada.token, headers: from(address) });
    await readMeFrom();
    await database`delete from auth.sessions where user_id = ${ada.id}`;
    for (let n = 0; n < 3; n += 1) expectError(await readMeFrom(), 401, 'session_expired');
    const [row] = await database`
      select used from chat_private.api_windows where bucket = 'api_refused' and key = ${networkOf(address)}`;
    expect(row?.used).toBe(3);
  });
});

describe('what monitoring and the other services ask for', () => {
  it.each([
    ['GET', '/api/health', 200],
    ['GET', '/api/docs', 200],
    ['POST', '/api/hooks/suspension-mails', 403],
    ['POST', '/api/hooks/send-sms', 403],
  ])('%s %s is bounded for each address, far above what monitoring needs', async (method, path, status) => {
    const [one, other] = [uniqueAddress(), uniqueAddress()];
    const ask = (address: string) =>
      fetch(`${stack.apiUrl}/functions/v1${path}`, { method, headers: { 'x-forwarded-for': address } });
    const statuses: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const answers = await Promise.all(Array.from({ length: 55 }, () => ask(one)));
      statuses.push(...answers.map(({ status }) => status));
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    }
    expect(statuses.filter((one) => one === status)).toHaveLength(600);
    expect(statuses.filter((one) => one === 429)).toHaveLength(60);
    const refused = await ask(one);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(other)).status).toBe(status);
  });
});
