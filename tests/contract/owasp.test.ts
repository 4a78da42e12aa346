/** The OWASP Top Ten of 2021, each item that applies tried as its attack; A01 has a file of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../worker/src/pages/guard.ts';
import { database } from '../helpers/database.ts';
import { PASSWORD, type Person, signUp, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { call, claimsOf, expectError, sign, uniqueAddress } from './api.ts';
import { readRoutes } from './routes.ts';

afterAll(() => database.end());

async function channelOf(person: Person): Promise<string> {
  const { data } = await person.supabase
    .rpc('create_channel', { slug: `c-${crypto.randomUUID()}`, kind: 'private', member_ids: [] })
    .single()
    .throwOnError();
  return data.id;
}

const send = (person: Person, channel: string, content: string) =>
  call<{ message: { content: string } }>('POST', `/api/chat/channels/${channel}/messages/send`, {
    token: person.token,
    json: { content },
  });

async function verified(person: Person): Promise<Person> {
  await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
  return person;
}

const logIn = (email: string, password: string, address: string) =>
  call('POST', '/api/auth/login', { json: { email, password }, headers: { 'x-forwarded-for': address } });

describe('A02 cryptographic failures', () => {
  it('whoever steals the database has no password, at ten rounds or more each', async () => {
    const ada = await signUp('Ada');
    const [row] = await database`select encrypted_password as hash from auth.users where id = ${ada.id}`;
    expect(row?.hash).toMatch(/^\$2[aby]\$1\d\$/);
    expect(row?.hash).not.toContain(PASSWORD);
  });

  it('no answer about an account carries its password or the hash', async () => {
    const email = uniqueEmail();
    const made = await call<{ token: string }>('POST', '/api/auth/register', {
      json: { email, password: PASSWORD, name: 'Ada' },
    });
    const me = await call('GET', '/api/auth/me', { token: made.body.token });
    for (const { body } of [made, me]) {
      expect(JSON.stringify(body)).not.toContain(PASSWORD);
      expect(JSON.stringify(body)).not.toMatch(/\$2[aby]\$|encrypted_password/);
    }
  });
});

const INJECTIONS = [
  "' or '1'='1",
  "'; drop table chat.messages; --",
  '1); delete from chat.messages; --',
  '%27%20or%201=1--',
  '*)(user_id.not.is.null',
  'id.eq.1,or(id.not.is.null)',
  '{"$ne": null}',
  '\\x27',
];

describe('A03 injection', async () => {
  const routes = (await readRoutes()).filter(({ method, needsCaller }) => method === 'GET' && needsCaller);

  it.each(INJECTIONS)('%s in every parameter of every list is a value and nothing more', async (attack) => {
    const ada = await signUp('Ada');
    const channel = await channelOf(ada);
    for (const { path, queryParameters } of routes) {
      for (const name of queryParameters) {
        const there = path.replaceAll('{channelId}', channel).replaceAll(/\{\w+\}/g, crypto.randomUUID());
        const answer = await call('GET', `${there}?${new URLSearchParams({ [name]: attack })}`, {
          token: ada.token,
        });
        expect(answer.status, `${there} ${name}`).toBeLessThan(500);
      }
      const answer = await call('GET', path.replaceAll(/\{\w+\}/g, encodeURIComponent(attack)), {
        token: ada.token,
      });
      expect(answer.status, path).toBeLessThan(500);
    }
    const [row] = await database`select to_regclass('chat.messages') is not null as is_there`;
    expect(row?.is_there).toBe(true);
  });

  it.each(INJECTIONS)('%s is no way to sign in', async (attack) => {
    const ada = await verified(await signUp('Ada'));
    for (const [email, password] of [
      [`${ada.email}${attack}`, PASSWORD],
      [ada.email, attack],
    ] as const) {
      const answer = await logIn(email, password, uniqueAddress());
      expect(answer.status).toBe(400);
    }
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    'javascript:alert(1)',
    '[x](javascript:alert(1))',
  ])('%s comes back as the text it was, in an answer that no browser runs', async (attack) => {
    const ada = await signUp('Ada');
    const channel = await channelOf(ada);
    const sent = await send(ada, channel, attack);
    expect(sent.body.message.content).toBe(attack);
    const listed = await call('GET', `/api/chat/channels/${channel}/messages`, { token: ada.token });
    const reflected = await call('GET', `/api/${encodeURIComponent(attack)}`);
    const refused = await call('POST', '/api/auth/register', {
      json: { email: attack, name: attack, password: attack },
    });
    for (const { headers } of [sent, listed, reflected, refused]) {
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
});

describe('A04 insecure design', () => {
  it('nobody learns from a refused login whether there is such an account', async () => {
    const ada = await verified(await signUp('Ada'));
    const wrong = await logIn(ada.email, 'Wrong1horse', uniqueAddress());
    const unknown = await logIn(uniqueEmail(), 'Wrong1horse', uniqueAddress());
    expect(unknown.status).toBe(wrong.status);
    expect(unknown.body).toEqual(wrong.body);
  });
});

describe('A05 security misconfiguration', () => {
  it('no answer tells what it runs on, and no error what went on inside', async () => {
    for (const path of ['/api/auth/me', '/api/nothing', '/api/chat/channels/%00/messages']) {
      const { headers, body } = await call('GET', path);
      expect(headers.get('server') ?? '').not.toMatch(/deno|hono|node|express/i);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(JSON.stringify(body)).not.toMatch(/\.ts:\d|node_modules|\bat \w+ \(|SQLSTATE/);
    }
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('%s where nobody expects it is refused', async (method) => {
    expectError(await call(method, '/api/auth/login'), 405, 'method_not_allowed');
  });
});

describe('A07 identification and authentication failures', () => {
  it('guessing a password ends after five tries, even with the right one; elsewhere its owner gets in', async () => {
    const ada = await verified(await signUp('Ada'));
    const attacker = uniqueAddress();
    const tries = await Promise.all(
      Array.from({ length: 8 }, (_, n) => logIn(ada.email, `Wrong${n}horse`, attacker)),
    );
    expect(tries.filter(({ status }) => status === 400)).toHaveLength(5);
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(3);
    const right = await logIn(ada.email.toUpperCase(), PASSWORD, attacker);
    expectError(right, 429, 'rate_limited');
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await logIn(ada.email, PASSWORD, uniqueAddress())).status).toBe(200);
  });

  it('no letter that is written otherwise gives more tries at the same account', async () => {
    const ada = await verified(await signUp('Ada'));
    for (const letter of ['\u0130', '\u212a', '\u017f']) {
      const answer = await logIn(`${letter}${ada.email}`, PASSWORD, uniqueAddress());
      expectError(answer, 400, 'invalid_input', 'email');
    }
  });

  it('a good login forgets the tries before it', async () => {
    const ada = await verified(await signUp('Ada'));
    const home = uniqueAddress();
    for (let n = 0; n < 4; n += 1) await logIn(ada.email, 'Wrong1horse', home);
    expect((await logIn(ada.email, PASSWORD, home)).status).toBe(200);
    for (let n = 0; n < 5; n += 1) expect((await logIn(ada.email, 'Wrong1horse', home)).status).toBe(400);
    expect((await logIn(ada.email, PASSWORD, home)).status).toBe(429);
  });
});

describe('A08 software and data integrity failures', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each([
    [
      'says it needs no signature',
      (claims: object) => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`,
    ],
    ['says None in other letters', (claims: object) => `${part({ alg: 'nOnE' })}.${part(claims)}.x`],
    [
      'is signed by nobody',
      (claims: object) =>
        `${sign({ ...claims })
          .split('.')
          .slice(0, 2)
          .join('.')}.`,
    ],
    [
      'names a key of its own',
      (claims: object) => `${part({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } })}.${part(claims)}.AAAA`,
    ],
    [
      'gives the rights of the server to a user',
      (claims: object) => `${part({ alg: 'HS256' })}.${part({ ...claims, role: 'service_role' })}.AAAA`,
    ],
  ])('a token that %s opens nothing', async (_name, forge) => {
    const ada = await signUp('Ada');
    const answer = await call('GET', '/api/auth/me', { token: forge(claimsOf(ada.token)) });
    expect(answer.status).toBe(401);
  });

  it('nobody registers as an admin, as verified, or as somebody else', async () => {
    const other = await signUp('Bob');
    const extras = {
      id: other.id,
      role: 'admin',
      emailVerified: true,
      email_verified_at: '2020-01-01',
      user_role: 'admin',
    };
    const answer = await call<{ user: { id: string } }>('POST', '/api/auth/register', {
      raw: JSON.stringify({
        email: uniqueEmail(),
        password: PASSWORD,
        name: 'Eve',
        ...extras,
      }).replace('{', '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}},'),
      headers: { 'content-type': 'application/json' },
    });
    if (answer.status !== 201) return expectError(answer, 400, 'invalid_input');
    expect(answer.body).toMatchObject({ user: { role: 'user', emailVerified: false } });
    expect(answer.body.user.id).not.toBe(other.id);
  });

  it('nobody sends in the name of another, at another time, or as the system', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await channelOf(ada);
    const answer = await call('POST', `/api/chat/channels/${channel}/messages/send`, {
      token: ada.token,
      json: {
        content: 'x',
        userId: bob.id,
        author_id: bob.id,
        kind: 'system',
        createdAt: '2001-01-01',
        seq: 1,
      },
    });
    if (answer.status !== 201) return expectError(answer, 400, 'invalid_input');
    const [row] = await database`
      select author_id, kind, created_at > now() - interval '1 minute' as is_new from chat.messages
      where channel_id = ${channel} and body = 'x'`;
    expect(row).toEqual({ author_id: ada.id, kind: 'user', is_new: true });
  });

  it('nobody makes themselves an admin through the profile', async () => {
    const ada = await signUp('Ada');
    await call('PUT', '/api/users/profile', {
      token: ada.token,
      json: { name: 'Ada', role: 'admin', emailVerified: true, email: 'root@example.com' },
    });
    const [row] =
      await database`select role, email, email_verified_at from chat.accounts where user_id = ${ada.id}`;
    expect(row).toMatchObject({ role: 'user', email: ada.email, email_verified_at: null });
  });
});

describe('A09 security logging and monitoring failures', () => {
  it('a password that was tried in vain stands in the log of the account', async () => {
    const ada = await verified(await signUp('Ada'));
    await logIn(ada.email, 'Wrong1horse', uniqueAddress());
    const rows =
      await database`select event from chat.auth_log where user_id = ${ada.id} and event = 'sign_in_failed'`;
    expect(rows).toHaveLength(1);
  });
});

describe('A10 server-side request forgery', () => {
  it.each([
    ...['127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '0.0.0.0', '100.64.0.1'],
    ...[
      '::1',
      'fc00::1',
      'fe80::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      'localhost',
      '2130706433',
      '0x7f.1',
    ],
  ])('no page at %s is read for a preview', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('the server calls nothing of its own network while it answers a message with such a link', async () => {
    const calls: string[] = [];
    const inside = createServer((request, response) => {
      calls.push(request.url ?? '');
      response.end('<title>internal</title>');
    });
    await new Promise<void>((resolve) => inside.listen(0, '::', resolve));
    try {
      const { port } = inside.address() as AddressInfo;
      const ada = await signUp('Ada');
      const channel = await channelOf(ada);
      // 127.0.0.1 itself is the one address that the local stack lets its worker ask.
      for (const host of ['127.0.0.2', 'localhost', '[::1]', '[::ffff:127.0.0.2]', '0.0.0.0', '0x7f000002']) {
        expect((await send(ada, channel, `http://${host}:${port}/secret`)).status).toBe(201);
      }
      const answer = await call('GET', `/api/chat/channels/${channel}/messages`, { token: ada.token });
      expect(JSON.stringify(answer.body)).not.toContain('internal');
      expect(calls).toEqual([]);
    } finally {
      inside.close();
    }
  });
});

it('the address of the stack is no secret, its keys are', async () => {
  const answer = await call('GET', '/api/openapi.json');
  for (const key of [stack.serviceRoleKey, stack.secretKey, stack.jwtSecret]) {
    expect(JSON.stringify(answer.body)).not.toContain(key);
  }
});
