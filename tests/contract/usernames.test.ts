/** Accounts by username and address, as four documents have them: what any of them makes signs in at all of them. */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { call, expectError } from './api.ts';
import { join, type Member, post, statusOf } from './members.ts';
import { uniqueUsername } from './rooms/people.ts';

afterAll(() => database.end());

const DOCUMENTS = [
  ['chatrooms', '/chatrooms/api/users/register', '/chatrooms/api/users/login'],
  ['groups', '/groups/api/users/register', '/groups/api/users/login'],
  ['rooms', '/rooms/api/auth/signup', '/rooms/api/auth/login'],
  ['conversations', '/conversations/register', '/conversations/login'],
] as const;
const REGISTRATIONS = DOCUMENTS.map(([name, path]) => [name, path] as const);
const LOGINS = DOCUMENTS.map(([name, , path]) => [name, path] as const);
const CHANGES = [
  ['groups', '/groups/api/users'],
  ['conversations', '/conversations/users'],
] as const;

describe('who registered with username and address', () => {
  it.each(REGISTRATIONS)('at %s signs in by either at every document, verified or not', async (_, path) => {
    const [username, email] = [uniqueUsername(), uniqueEmail()];
    expect((await post(path, { username, password: PASSWORD, email })).status).toBe(201);
    const names = [{ username }, { username: email }, { email: email.toUpperCase() }];
    const ways = [
      ...LOGINS.flatMap(([, login]) => names.map((json) => statusOf(login, json))),
      ...['/api/auth/login', '/api/login', '/api/users/login'].map((login) => statusOf(login, { email })),
    ];
    for (const status of await Promise.all(ways)) expect(status).toBe(200);
  });

  it('is told by /api/auth/login, as ConnectBest has it, that the address is not verified', async () => {
    const { email } = await join(uniqueEmail());
    const { body } = await post<{ user: object }>('/api/auth/login', { email, password: PASSWORD });
    expect(body.user).toMatchObject({ email });
  });
});

describe('who registered as ConnectBest has it', () => {
  it.each(LOGINS)(
    'verifies the address before it signs in at %s; the username does at once',
    async (_, path) => {
      const email = uniqueEmail();
      const json = { email, password: PASSWORD, name: 'Ada King' };
      const { status, body } = await post<{ user: Member }>('/api/auth/register', json);
      expect(status).toBe(201);
      const [row] = await database`select username from chat.profiles where id = ${body.user.id}`;
      for (const login of [{ username: email }, { email }]) {
        expectError(await post(path, { ...login, password: PASSWORD }), 401, 'email_not_verified');
      }
      expect(await statusOf(path, { username: row?.username })).toBe(200);
    },
  );

  it('has no way around it by another username or another address', async () => {
    const json = { email: uniqueEmail(), password: PASSWORD, name: 'Ada King' };
    const { body } = await post<{ user: Member; token: string }>('/api/auth/register', json);
    const [email, username] = [uniqueEmail(), uniqueUsername()];
    const { token } = body;
    const path = `/conversations/users/${body.user.id}`;
    expect((await call('PUT', path, { token, json: { username, email } })).status).toBe(200);
    for (const login of ['/conversations/login', '/api/auth/login']) {
      expectError(await post(login, { email, password: PASSWORD }), 401, 'email_not_verified');
    }
  });
});

describe('a login', () => {
  it.each([...LOGINS, ['conversations below /api', '/api/login'] as const])(
    'at %s names the username that is missing, and takes no address beside it',
    async (_, path) => {
      expectError(await post(path, { password: PASSWORD }), 400, 'invalid_input', 'username');
      expectError(
        await post(path, { username: '', email: null, password: PASSWORD }),
        400,
        'invalid_input',
        'username',
      );
      const nothing = await post(path, {});
      for (const field of ['username', 'password']) expectError(nothing, 400, 'invalid_input', field);
      const both = { username: 'ada', email: 'ada@example.com', password: PASSWORD };
      expectError(await post(path, both), 400, 'invalid_input', 'username');
      expectError(await post(path, { email: 'ada', password: PASSWORD }), 400, 'invalid_input', 'email');
      for (const raw of ['[]', 'null', '"ada"', '7', '{']) {
        const headers = { 'content-type': 'application/json' };
        expect((await call('POST', path, { raw, headers })).status).toBe(400);
      }
    },
  );

  it.each(LOGINS)('at %s tells nobody which half was wrong', async (_, path) => {
    const ada = await join(uniqueEmail());
    const answers = [
      await post(path, { username: ada.username, password: 'Wrong1horse' }),
      await post(path, { email: ada.email, password: 'Wrong1horse' }),
      await post(path, { username: uniqueUsername(), password: PASSWORD }),
      await post(path, { email: uniqueEmail(), password: PASSWORD }),
    ];
    for (const answer of answers) expectError(answer, 401, 'invalid_credentials');
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });
});

const HOSTILE = [
  'a\0da',
  '\0',
  '\ud800ada',
  'ada\udfff',
  '_john',
  '-ada',
  '.ada',
  'a',
  'John Doe',
  'Jürgen',
  'me@x.org',
  'a\0@x.org',
  'аda',
  'ada\u200b',
  "ada';--",
  '<b>ada</b>',
  '%61da',
  '../ada',
  'ada/../bob',
  'a'.repeat(33),
  '👍👍',
];

const UNREADABLE = /\0|\p{Surrogate}/u;

describe('a username that nobody can have', () => {
  it.each(REGISTRATIONS)('is refused by the registration of %s, which names it', async (_, path) => {
    const tries = HOSTILE.map((username, n) =>
      post(path, { username, password: PASSWORD, email: n % 2 ? uniqueEmail() : undefined }),
    );
    for (const answer of await Promise.all(tries)) {
      expectError(answer, 400, 'invalid_username', 'username');
      expect(JSON.stringify(answer.body)).toContain('beginning with a letter or digit');
    }
  });

  it.each(LOGINS)('signs nobody in at %s', async (_, path) => {
    const answers = await Promise.all(
      HOSTILE.map((username) => post(path, { username, password: PASSWORD })),
    );
    for (const [n, answer] of answers.entries()) {
      if (UNREADABLE.test(HOSTILE[n] ?? '')) expectError(answer, 400, 'invalid_username', 'username');
      else expectError(answer, 401, 'invalid_credentials');
    }
  });

  it.each(CHANGES)('cannot be chosen later at %s', async (_, path) => {
    const { id, token } = await join();
    const tries = HOSTILE.map((username, n) => {
      const json = { username, ...(n % 2 && { password: 'Another1horse' }) };
      return call('PUT', `${path}/${id}`, { token, json });
    });
    for (const answer of await Promise.all(tries)) expectError(answer, 400, 'invalid_username', 'username');
  });
});

describe('registering twice at once', () => {
  it.each([
    ['without an address', () => undefined],
    ['with different addresses', () => uniqueEmail()],
  ])('%s makes one account; the others hear that the username is taken', async (_, address) => {
    const username = uniqueUsername();
    const tries = Array.from({ length: 8 }, (_try, n) =>
      post(DOCUMENTS[n % 4]?.[1] ?? '', { username, password: PASSWORD, email: address() }),
    );
    const answers = await Promise.all(tries);
    const [made, ...refused] = answers.sort((a, b) => a.status - b.status);
    expect(made?.status).toBe(201);
    for (const answer of refused) expectError(answer, 400, 'username_taken', 'username');
    const rows =
      await database`select id from chat.profiles where username like ${`${username.slice(0, 24)}%`}`;
    expect(rows).toHaveLength(1);
  });

  it('with one address makes one account', async () => {
    const email = uniqueEmail();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        post(DOCUMENTS[0][1], { username: uniqueUsername(), password: PASSWORD, email }),
      ),
    );
    const [made, ...refused] = answers.sort((a, b) => a.status - b.status);
    expect(made?.status).toBe(201);
    for (const answer of refused) expectError(answer, 400, 'user_already_exists', 'email');
  });
});
