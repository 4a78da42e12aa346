import { randomInt } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, PASSWORD, type Person, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, claimsOf, expectError, JWT } from '../api.ts';
import { mailsTo } from '../mailbox.ts';

afterAll(() => database.end());

const ENABLED = {
  status: 200,
  body: { success: true, message: '2FA enabled. Verification code sent to phone' },
};

const enable = (token: string | undefined, phone: unknown) =>
  call('POST', '/api/auth/2fa/enable', { token, json: { phone } });
const verify = (token: string | undefined, code: unknown) =>
  call<{ token: string; refreshToken: string }>('POST', '/api/auth/2fa/verify', { token, json: { code } });
const disable = (token?: string) => call('POST', '/api/auth/2fa/disable', { token });
const login = (person: Person, verificationCode?: string) =>
  call<{ token: string }>('POST', '/api/auth/login', {
    json: { email: person.email, password: PASSWORD, verificationCode },
  });
const me = (token: string) => call('GET', '/api/auth/me', { token });

const newPhone = () => `+4915${randomInt(1e8, 1e9)}`;
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

/** Auth sends a phone nothing more for five seconds. */
const passTime = (person: Person) => database`
  update auth.mfa_factors set last_challenged_at = now() - interval '1 minute' where user_id = ${person.id}`;

/** The codes in the messages to a phone, oldest first, once there are so many. */
async function codesTo(phone: string, count = 1): Promise<string[]> {
  const read = () => mailsTo(`${phone}@sms.localhost`);
  await expect.poll(async () => (await read()).length).toBe(count);
  return (await read()).map(({ text }) => /^(\d{6}) is your code/.exec(text)?.[1] ?? 'no code');
}

async function verified(): Promise<Person> {
  const person = await signUp();
  await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
  return person;
}

async function withPhone(): Promise<{ person: Person; phone: string; code: string }> {
  const [person, phone] = [await verified(), newPhone()];
  expect(await enable(person.token, phone)).toMatchObject(ENABLED);
  const [code = ''] = await codesTo(phone);
  return { person, phone, code };
}

/** Somebody whose phone is proven, with tokens of that session. */
async function proven() {
  const { person, phone, code } = await withPhone();
  const { body } = await verify(person.token, code);
  return { person, phone, token: body.token };
}

describe('POST /api/auth/2fa/enable', () => {
  it('success: sends the phone a code, which a login takes', async () => {
    const { person, code } = await withPhone();
    const answer = await login(person, code);
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body.token)).toMatchObject({ aal: 'aal2' });
    expect((await me(answer.body.token)).status).toBe(200);
  });

  it('success: a second time sends the same phone another code, and a third one to another phone', async () => {
    const { person, phone } = await withPhone();
    await passTime(person);
    expect(await enable(person.token, phone)).toMatchObject(ENABLED);
    const [, code = ''] = await codesTo(phone, 2);
    const other = newPhone();
    expect(await enable(person.token, other)).toMatchObject(ENABLED);
    const [newest = ''] = await codesTo(other);
    if (code !== newest) expectError(await login(person, code), 400, 'invalid_code', 'verificationCode');
    expect((await login(person, newest)).status).toBe(200);
  });

  it.each([undefined, null, '', '0171 1234567', '+0171123456', 4915112345678, '+1234567890123456'])(
    'error: 400 for the phone %j',
    async (phone) => {
      expectError(await enable((await signUp()).token, phone), 400, 'invalid_input', 'phone');
    },
  );

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await enable(make((await signUp()).token), newPhone());
    expect(status).toBe(401);
  });

  it('permission: 403 for a session that has not confirmed the present factor', async () => {
    const { person } = await proven();
    const { data } = await connect().auth.signInWithPassword(person);
    expectError(await enable(data.session?.access_token, newPhone()), 403, 'second_factor_required');
  });

  it('limit: 429 after ten messages in an hour', async () => {
    const { person, phone } = await withPhone();
    for (let n = 2; n <= 10; n++) {
      await passTime(person);
      expect(await enable(person.token, phone)).toMatchObject(ENABLED);
    }
    await passTime(person);
    expectError(await enable(person.token, phone), 429, 'rate_limited');
    await codesTo(phone, 10);
  });

  it('effect: every login asks for a code from then on, and sends a fresh one', async () => {
    const { person, phone } = await withPhone();
    await passTime(person);
    expectError(await login(person), 402, 'second_factor_required');
    const [, code = ''] = await codesTo(phone, 2);
    expect((await login(person, code)).status).toBe(200);
    expectError(await login(person, code), 400, 'invalid_code', 'verificationCode');
  });

  it('effect: the phone stands in the account, and its owner hears of the change by mail', async () => {
    const { person, phone } = await withPhone();
    expect((await me(person.token)).body).toMatchObject({ user: { phone } });
    await expect
      .poll(async () => (await mailsTo(person.email)).map(({ text }) => text))
      .toContainEqual(expect.stringContaining('also asks for a code'));
  });

  it('effect: a refused login leaves no session', async () => {
    const { person, code } = await withPhone();
    const sessions = () => database`select from auth.sessions where user_id = ${person.id}`;
    const before = (await sessions()).length;
    await login(person);
    await login(person, wrong(code));
    expect(await sessions()).toHaveLength(before);
  });
});

describe('a second factor at the login', () => {
  it('is no try that counts when the code is missing', async () => {
    const { person } = await withPhone();
    for (let n = 1; n <= 7; n++) expectError(await login(person), 402, 'second_factor_required');
  });

  it('takes five tries of a code by any path, and then not the right one', async () => {
    const { person, phone } = await proven();
    const { data } = await connect().auth.signInWithPassword(person);
    const client = connect();
    await client.auth.setSession({ access_token: data.session?.access_token ?? '', refresh_token: 'none' });
    const factorId = data.user?.factors?.[0]?.id ?? '';
    await passTime(person);
    await database`delete from chat_private.rate_limit_states where key = ${person.id}`;
    const challenge = await client.auth.mfa.challenge({ factorId });
    const [, code = ''] = await codesTo(phone, 2);
    const challengeId = challenge.data?.id ?? '';
    for (let n = 1; n <= 5; n++) {
      const { error } = await client.auth.mfa.verify({ factorId, challengeId, code: wrong(code) });
      expect(error?.code).toBe('mfa_verification_failed');
    }
    const { error } = await client.auth.mfa.verify({ factorId, challengeId, code });
    expect(error).not.toBeNull();
    expectError(await login(person, code), 400, 'invalid_code', 'verificationCode');
  });

  it('binds every path once it is proven: a token without it opens neither the HTTP API nor the Data API', async () => {
    const { person, token } = await proven();
    const { data } = await connect().auth.signInWithPassword(person);
    const half = data.session?.access_token ?? '';
    expectError(await me(half), 403, 'second_factor_required');
    const read = (bearer: string) =>
      fetch(`${stack.apiUrl}/rest/v1/profiles?limit=1`, {
        headers: { apikey: stack.anonKey, authorization: `Bearer ${bearer}`, 'accept-profile': 'chat' },
      });
    expect((await read(half)).status).toBe(403);
    expect((await read(token)).status).toBe(200);
  });
});

describe('POST /api/auth/2fa/verify', () => {
  it('success: proves the phone and answers with tokens of the confirmed session', async () => {
    const { person, code } = await withPhone();
    const answer = await verify(person.token, code);
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, token: JWT, refreshToken: expect.any(String) },
    });
    expect((await me(answer.body.token)).status).toBe(200);
  });

  it('error: 400 for a wrong code, a used one, and without a second factor', async () => {
    const { person, code } = await withPhone();
    expectError(await verify(person.token, wrong(code)), 400, 'invalid_code', 'code');
    const { body } = await verify(person.token, code);
    expectError(await verify(body.token, code), 400, 'invalid_code', 'code');
    expectError(await verify(person.token, '12345'), 400, 'invalid_input', 'code');
    expectError(await verify((await signUp()).token, '123456'), 400, 'second_factor_missing');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await verify(make((await signUp()).token), '123456');
    expect(status).toBe(401);
  });

  it('limit: 400 for the right code of over five minutes', async () => {
    const { person, code } = await withPhone();
    await database`update auth.mfa_challenges c set created_at = now() - interval '6 minutes'
                     from auth.mfa_factors f where f.id = c.factor_id and f.user_id = ${person.id}`;
    expectError(await verify(person.token, code), 400, 'invalid_code', 'code');
  });

  it('effect: a new phone takes the place of the one before', async () => {
    const { person, token } = await proven();
    const phone = newPhone();
    expect(await enable(token, phone)).toMatchObject(ENABLED);
    const [code = ''] = await codesTo(phone);
    expect((await verify(token, code)).status).toBe(200);
    const rows = await database`select phone from auth.mfa_factors where user_id = ${person.id}`;
    expect(rows.map((row) => row.phone)).toEqual([phone.slice(1)]);
  });
});

describe('POST /api/auth/2fa/disable', () => {
  it('success: the password is enough again', async () => {
    const { person, token } = await proven();
    expect(await disable(token)).toMatchObject({ status: 200, body: { success: true } });
    expect((await login(person)).status).toBe(200);
  });

  it('success: takes back a phone that was never proven', async () => {
    const { person } = await withPhone();
    expect((await disable(person.token)).status).toBe(200);
    expect((await login(person)).status).toBe(200);
  });

  it('permission: 403 for a session that has not confirmed it, 401 without a token', async () => {
    const { person } = await proven();
    const { data } = await connect().auth.signInWithPassword(person);
    expectError(await disable(data.session?.access_token), 403, 'second_factor_required');
    expectError(await disable(), 401, 'not_signed_in');
    expectError(await login(person), 402, 'second_factor_required');
  });
});
