import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, PASSWORD, type Person, signUp, uniqueEmail } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { totp } from '../../helpers/totp.ts';
import { badTokens, call, claimsOf, expectError, JWT, TIME, UUID } from '../api.ts';

afterAll(() => database.end());

const register = (json: unknown) =>
  call<{ user: { id: string }; token: string; refreshToken: string }>('POST', '/api/auth/register', { json });
const login = (json: unknown) => call<{ token: string }>('POST', '/api/auth/login', { json });
const me = (token?: string) => call('GET', '/api/auth/me', { token });

const newcomer = (changes: object = {}) => ({
  email: uniqueEmail('newcomer'),
  password: PASSWORD,
  name: 'Ada Lovelace',
  ...changes,
});

async function verified(): Promise<Person> {
  const person = await signUp();
  await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
  return person;
}

async function sessionCount(person: Person): Promise<number> {
  const rows = await database`select from auth.sessions where user_id = ${person.id}`;
  return rows.length;
}

const isRegistered = async (email: string) =>
  (await database`select from auth.users where email = ${email.toLowerCase()}`).length > 0;

async function suspend(person: Person): Promise<void> {
  const { error } = await connect(stack.secretKey).auth.admin.updateUserById(person.id, {
    ban_duration: '24h',
  });
  if (error) throw error;
}

/** An authenticator app. Auth reads no factor without a name. */
const SECRET = 'JBSWY3DPEHPK3PXP';
const addTotp = (person: Person) => database`
  insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
  values (gen_random_uuid(), ${person.id}, '', 'totp', 'verified', now(), now(), ${SECRET})`;

describe('POST /api/auth/register', () => {
  it('success: makes an account and answers with it and a token', async () => {
    const account = newcomer({ phone: '+491711234567' });
    const answer = await register(account);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      user: {
        id: UUID,
        email: account.email,
        name: 'Ada Lovelace',
        role: 'user',
        phone: '+491711234567',
        emailVerified: false,
        createdAt: TIME,
      },
      token: JWT,
      refreshToken: expect.any(String),
      message: `Verification email sent to ${account.email}`,
    });
  });

  it('success: answers null for the phone of a newcomer who gives none', async () => {
    expect((await register(newcomer())).body).toMatchObject({ user: { phone: null } });
  });

  it('success: gives a token that works at once and for seven days', async () => {
    const { token, user } = (await register(newcomer())).body;
    const { exp, iat, sub } = claimsOf(token) as { exp: number; iat: number; sub: string };
    expect(exp - iat).toBe(7 * 24 * 3600);
    expect(sub).toBe(user.id);
    expect((await me(token)).status).toBe(200);
  });

  it('success: gives a refresh token that Auth takes', async () => {
    const { refreshToken, user } = (await register(newcomer())).body;
    const { data, error } = await connect().auth.refreshSession({ refresh_token: refreshToken });
    expect(error).toBeNull();
    expect(data.user?.id).toBe(user.id);
  });

  it('effect: keeps the password as a bcrypt hash of cost 10 or more', async () => {
    const { user } = (await register(newcomer())).body;
    const [row] = await database`select encrypted_password as hash from auth.users where id = ${user.id}`;
    expect(row?.hash).toMatch(/^\$2[aby]\$1\d\$/);
  });

  it('success: takes a name around which there is space without the space', async () => {
    expect((await register(newcomer({ name: '  Ada ' }))).body).toMatchObject({ user: { name: 'Ada' } });
  });

  it('limit: takes a password of 72 bytes and a name of 80 characters', async () => {
    const account = newcomer({ password: `Aa1${'x'.repeat(69)}`, name: '😀'.repeat(80) });
    expect((await register(account)).status).toBe(201);
    expect((await connect().auth.signInWithPassword(account)).error).toBeNull();
  });

  it('error: refuses an address that has an account, in any case of letters', async () => {
    const account = newcomer();
    await register(account);
    const again = await register({
      ...account,
      email: account.email.toUpperCase(),
      password: 'Another2horse',
    });
    expectError(again, 400, 'user_already_exists', 'email');
    expect((await connect().auth.signInWithPassword(account)).error).toBeNull();
  });

  it.each([
    ['email', { email: undefined }],
    ['email', { email: 'nobody' }],
    ['email', { email: 42 }],
    ['email', { email: `${'a'.repeat(250)}@example.com` }],
    ['email', { email: 'ada@users.confab.invalid' }],
    ['password', { password: undefined }],
    ['password', { password: 'Short1a' }],
    ['password', { password: 'lower1case' }],
    ['password', { password: 'UPPER1CASE' }],
    ['password', { password: 'NoNumberHere' }],
    ['password', { password: `Aa1${'x'.repeat(70)}` }],
    ['password', { password: `Aa1${'ü'.repeat(35)}` }],
    ['name', { name: undefined }],
    ['name', { name: 'A' }],
    ['name', { name: ' A ' }],
    ['name', { name: '😀' }],
    ['name', { name: 'a'.repeat(81) }],
    ['name', { name: 'nul\0nul' }],
    ['name', { name: 'half \ud800 a pair' }],
    ['phone', { phone: '0171 1234567' }],
    ['phone', { phone: '+0171123456' }],
    ['phone', { phone: '+1234567890123456' }],
  ])('error: names %s when it is wrong (%o) and makes no account', async (field, change) => {
    const account = newcomer(change);
    expectError(await register(account), 400, 'invalid_input', field);
    if (typeof account.email === 'string') expect(await isRegistered(account.email)).toBe(false);
  });

  it.each(['\u200b\u200b', '\u202e \u200f'])(
    'error: refuses the name %j, of which nothing can be seen, and makes no account',
    async (name) => {
      const account = newcomer({ name });
      expectError(await register(account), 400, 'invalid_name', 'name');
      expect(await isRegistered(account.email)).toBe(false);
    },
  );

  it.each([
    ['Ada\nKing', 'Ada King'],
    ['Ada \u202enimda', 'Ada nimda'],
    ['A\u200bda\t', 'Ada'],
  ])('success: cleans the name %j', async (name, cleaned) => {
    expect((await register(newcomer({ name }))).body).toMatchObject({ user: { name: cleaned } });
  });

  it('error: names every wrong field at once', async () => {
    const answer = await register({ email: 'nobody', password: 'x' });
    for (const field of ['email', 'password', 'name']) expectError(answer, 400, 'invalid_input', field);
  });

  it.each([[[]], ['text'], [null], [7]])('error: refuses a body that is no object: %o', async (body) => {
    expectError(await register(body), 400, 'invalid_input', 'body');
  });
});

describe('POST /api/auth/login', () => {
  it('success: gives a person with a verified address the account and a token', async () => {
    const person = await verified();
    const answer = await login({ email: person.email, password: person.password });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: {
        id: person.id,
        email: person.email,
        name: person.name,
        username: expect.stringMatching(/^[a-z]/),
        role: 'user',
        phone: null,
        image: null,
        emailVerified: true,
        status: 'online',
        statusMessage: null,
      },
      token: JWT,
      refreshToken: expect.any(String),
    });
    expect((await me(answer.body.token)).status).toBe(200);
  });

  it('success: puts id, address and role into a token of seven days', async () => {
    const person = await verified();
    const { body } = await login({ email: person.email, password: person.password });
    const { exp, iat, ...claims } = claimsOf(body.token) as { exp: number; iat: number };
    expect(exp - iat).toBe(7 * 24 * 3600);
    expect(claims).toMatchObject({ sub: person.id, email: person.email, user_role: 'user' });
  });

  it('effect: notes the time of the login', async () => {
    const person = await verified();
    await database`update auth.users set last_sign_in_at = '2020-01-01' where id = ${person.id}`;
    await login({ email: person.email, password: person.password });
    const [row] = await database`select last_sign_in_at > now() - interval '1 minute' as is_recent
                                 from auth.users where id = ${person.id}`;
    expect(row?.is_recent).toBe(true);
  });

  it('success: takes the address in any case of letters', async () => {
    const person = await verified();
    expect((await login({ email: person.email.toUpperCase(), password: person.password })).status).toBe(200);
  });

  it('error: refuses a wrong password and an unknown address with the same words', async () => {
    const person = await verified();
    const wrong = await login({ email: person.email, password: 'Wrong1horse' });
    const unknown = await login({ email: uniqueEmail('nobody'), password: person.password });
    expectError(wrong, 400, 'invalid_credentials');
    expect(unknown).toMatchObject({ status: 400, body: wrong.body });
    expect(await sessionCount(person)).toBe(1);
  });

  it('error: refuses a person whose address is not verified and leaves no session', async () => {
    const person = await signUp();
    expectError(await login({ email: person.email, password: person.password }), 401, 'email_not_verified');
    expect(await sessionCount(person)).toBe(1);
  });

  it('error: says nothing of an unverified address to whoever does not know the password', async () => {
    const person = await signUp();
    expectError(await login({ email: person.email, password: 'Wrong1horse' }), 400, 'invalid_credentials');
  });

  it('permission: 403 for a suspended person, and 400 for whoever only tries a password on them', async () => {
    const person = await verified();
    await suspend(person);
    expectError(await login({ email: person.email, password: 'Wrong1horse' }), 400, 'invalid_credentials');
    expectError(await login({ email: person.email, password: person.password }), 403, 'account_suspended');
  });

  it('error: 403 before 401 before 402', async () => {
    const person = await signUp();
    await addTotp(person);
    const credentials = { email: person.email, password: person.password };
    expectError(await login(credentials), 401, 'email_not_verified');
    await suspend(person);
    expectError(await login(credentials), 403, 'account_suspended');
  });

  it('limit: 429 for the sixth try in 15 minutes, from one address, until a good one or another account', async () => {
    const [ada, bob] = [await verified(), await verified()];
    const guess = (person: Person, password: string) => login({ email: person.email, password });
    for (let n = 1; n <= 4; n++) expectError(await guess(ada, 'Wrong1horse'), 400, 'invalid_credentials');
    expect((await guess(ada, ada.password)).status).toBe(200);
    for (let n = 1; n <= 5; n++) expectError(await guess(ada, 'Wrong1horse'), 400, 'invalid_credentials');
    const refused = await guess(ada, ada.password);
    expectError(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-limit')).toBe('5');
    expect((await guess(bob, bob.password)).status).toBe(200);
  });

  it('effect: everybody sees the person online', async () => {
    const [ada, bob] = [await verified(), await signUp()];
    await login({ email: ada.email, password: ada.password });
    const seen = await call('GET', `/api/users/${ada.id}`, { token: bob.token });
    expect(seen.body).toMatchObject({ user: { status: 'online' } });
  });

  it('effect: the log of the account tells the address of a good and of a wrong try', async () => {
    const person = await verified();
    await login({ email: person.email, password: 'Wrong1horse' });
    await call('POST', '/api/auth/login', {
      json: { email: person.email, password: person.password },
      headers: { 'user-agent': 'Elephant/1' },
    });
    const rows = await database`select event, host(ip) as ip, user_agent from chat.auth_log
                                 where user_id = ${person.id} order by id desc limit 2`;
    expect(rows).toEqual([
      { event: 'signed_in', ip: expect.stringMatching(/^[\da-f.:]+$/), user_agent: 'Elephant/1' },
      { event: 'sign_in_failed', ip: expect.stringMatching(/^[\da-f.:]+$/), user_agent: null },
    ]);
  });

  it('effect: a refusal takes as long for an address without an account as for one with', async () => {
    const person = await verified();
    const timed = async (email: string) => {
      const start = performance.now();
      expectError(await login({ email, password: 'Wrong1horse' }), 400, 'invalid_credentials');
      return performance.now() - start;
    };
    const known = [await timed(person.email), await timed(person.email)];
    const unknown = [await timed(uniqueEmail('nobody')), await timed(uniqueEmail('nobody'))];
    expect(Math.min(...known, ...unknown)).toBeGreaterThan(395);
  });

  it('success: takes the code of an authenticator app', async () => {
    const person = await verified();
    await addTotp(person);
    const json = { email: person.email, password: person.password, verificationCode: totp(SECRET) };
    const answer = await login(json);
    expect(answer.status).toBe(200);
    expect((await me(answer.body.token)).status).toBe(200);
  });

  it('error: asks a person with a second factor for it and leaves no session', async () => {
    const person = await verified();
    await addTotp(person);
    const answer = await login({ email: person.email, password: person.password });
    expectError(answer, 402, 'second_factor_required');
    expect(await sessionCount(person)).toBe(1);
  });

  it.each([
    ['email', { password: PASSWORD }],
    ['email', { email: '', password: PASSWORD }],
    ['email', { email: null, password: PASSWORD }],
    ['email', { email: 'nul\0@example.com', password: PASSWORD }],
    ['password', { email: 'ada@example.com' }],
    ['password', { email: 'ada@example.com', password: 'half \ud800 a pair' }],
    ['password', { email: 'ada@example.com', password: '' }],
    ['password', { email: 'ada@example.com', password: ['x'] }],
    ['verificationCode', { email: 'ada@example.com', password: PASSWORD, verificationCode: '12345' }],
    ['verificationCode', { email: 'ada@example.com', password: PASSWORD, verificationCode: 'abcdef' }],
  ])('error: names %s when it is wrong (%o)', async (field, body) => {
    expectError(await login(body), 400, 'invalid_input', field);
  });
});

describe('GET /api/auth/me', () => {
  it('success: answers a person with the own account', async () => {
    const person = await signUp('Grace Hopper');
    const answer = await me(person.token);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: {
        id: person.id,
        email: person.email,
        name: 'Grace Hopper',
        username: expect.stringMatching(/^gracehopper/),
        role: 'user',
        phone: null,
        image: null,
        status: 'offline',
        statusMessage: null,
        emailVerified: false,
        preferences: { notifications: true, soundEnabled: true, timezone: 'UTC' },
        createdAt: TIME,
      },
    });
  });

  it('success: answers with what the database says now, not with what the token said', async () => {
    const person = await signUp();
    await database`update chat.accounts set role = 'admin', email_verified_at = now() where user_id = ${person.id}`;
    await person.supabase.rpc('update_profile', { name: 'Renamed' }).throwOnError();
    expect((await me(person.token)).body).toMatchObject({
      user: { role: 'admin', emailVerified: true, name: 'Renamed' },
    });
  });

  it.each(badTokens)('permission: refuses %s', async (_, make) => {
    const message = expect.stringMatching(/^unable to /);
    const { status, body } = await me(make((await signUp()).token));
    expect(status).toBe(401);
    expect(body).toEqual({
      error: { code: expect.stringMatching(/^(not_signed_in|session_expired)$/), message },
      message,
    });
  });

  it('error: 401 for the token of a person who signed out', async () => {
    const person = await signUp();
    await person.supabase.auth.signOut({ scope: 'local' });
    expectError(await me(person.token), 401, 'session_expired');
  });

  it('permission: refuses the token of a deleted person', async () => {
    const person = await signUp();
    await connect(stack.secretKey).auth.admin.deleteUser(person.id);
    expectError(await me(person.token), 401, 'session_expired');
  });

  it('permission: refuses the token of a suspended person', async () => {
    const person = await signUp();
    await suspend(person);
    expectError(await me(person.token), 403, 'account_suspended');
  });
});
