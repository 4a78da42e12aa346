import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, PASSWORD, type Person, signUp, uniqueEmail } from '../../helpers/people.ts';
import { call, expectError } from '../api.ts';
import { mailsTo } from '../mailbox.ts';

afterAll(() => database.end());

const NEW = 'Another2horse';
const SENT = { status: 200, body: { success: true, message: 'Password reset link sent to email' } };
const UPDATED = { status: 200, body: { success: true, message: 'Password updated successfully' } };

const forgot = (email: unknown) => call('POST', '/api/auth/forgot-password', { json: { email } });
const reset = (token: unknown, newPassword: unknown = NEW) =>
  call('POST', '/api/auth/reset-password', { json: { token, newPassword } });
const login = (person: Person, password: string) =>
  connect().auth.signInWithPassword({ ...person, password });

/** The tokens of the links that were mailed to this address, oldest first, once there are so many. */
async function tokensTo(email: string, count = 1): Promise<string[]> {
  const links = async () => {
    const mails = (await mailsTo(email)).filter(({ subject }) => subject.startsWith('Choose a new password'));
    return mails.map(({ text }) => /\/reset-password\?token=([0-9a-f-]{36})$/m.exec(text)?.[1] ?? '');
  };
  await expect.poll(async () => (await links()).length).toBe(count);
  return links();
}

async function forgetful(): Promise<{ person: Person; token: string }> {
  const person = await signUp();
  await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
  await forgot(person.email);
  const [token = ''] = await tokensTo(person.email);
  return { person, token };
}

describe('POST /api/auth/forgot-password', () => {
  it('success: sends a link with a UUID to the address, in any case of letters', async () => {
    const person = await signUp();
    expect(await forgot(person.email.toUpperCase())).toMatchObject(SENT);
    const [token = ''] = await tokensTo(person.email);
    expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const [mail] = await mailsTo(person.email);
    expect(mail?.html).toContain(`/reset-password?token=${token}"`);
    expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toContain(person.name);
  });

  it('success: answers an address without an account the same, and sends it nothing', async () => {
    const [nobody, person] = [uniqueEmail('nobody'), await signUp()];
    const [unknown, known] = [await forgot(nobody), await forgot(person.email)];
    expect({ ...unknown, headers: null }).toEqual({ ...known, headers: null });
    await tokensTo(person.email);
    expect(await mailsTo(nobody)).toEqual([]);
  });

  it.each([undefined, 'nobody', 7, null, 'ada@users.confab.invalid'])(
    'error: 400 for the address %j',
    async (email) => {
      expectError(await forgot(email), 400, 'invalid_input', 'email');
    },
  );

  it('limit: sends ten links an hour to one address and answers as before', async () => {
    const person = await signUp();
    const answers = await Promise.all(Array.from({ length: 11 }, () => forgot(person.email)));
    for (const answer of answers) expect(answer).toMatchObject(SENT);
    await tokensTo(person.email, 10);
  });

  it('effect: keeps the hash of the token and nothing to find it by, for an hour', async () => {
    const { person, token } = await forgetful();
    const [row] = await database`select *, (expires_at - issued_since)::text as life
                                   from chat_private.one_time_codes where user_id = ${person.id}`;
    expect(row).toMatchObject({ purpose: 'reset_password', life: '01:00:00' });
    expect(JSON.stringify(row)).not.toContain(token);
  });

  it('effect: takes as long for an address without an account', async () => {
    const people = await Promise.all(Array.from({ length: 15 }, () => signUp()));
    const time = async (email: string) => {
      const start = performance.now();
      await forgot(email);
      return performance.now() - start;
    };
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (const { email } of people) {
      times.known.push(await time(email));
      times.unknown.push(await time(uniqueEmail('nobody')));
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    // A mail or a hash of a password would take tens of milliseconds more.
    expect(Math.abs(median(times.known) - median(times.unknown))).toBeLessThan(
      Math.max(15, median(times.unknown)),
    );
  });
});

describe('POST /api/auth/reset-password', () => {
  it('success: sets the password', async () => {
    const { person, token } = await forgetful();
    expect(await reset(token)).toMatchObject(UPDATED);
    expect((await login(person, NEW)).error).toBeNull();
    expect((await login(person, PASSWORD)).error?.code).toBe('invalid_credentials');
    const [row] = await database`select encrypted_password as hash from auth.users where id = ${person.id}`;
    expect(row?.hash).toMatch(/^\$2[aby]\$1\d\$/);
  });

  it('error: 400 for a token that is used, also when it comes twice at once', async () => {
    const { token } = await forgetful();
    const answers = await Promise.all([reset(token), reset(token, 'Third3horse!')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    expectError(await reset(token), 400, 'invalid_token', 'token');
  });

  it('error: 400 for a token that is over an hour old, replaced, or none', async () => {
    const { person, token } = await forgetful();
    await forgot(person.email);
    const [, newer = ''] = await tokensTo(person.email, 2);
    expectError(await reset(token), 400, 'invalid_token', 'token');
    await database`update chat_private.one_time_codes set expires_at = now() where user_id = ${person.id}`;
    expectError(await reset(newer), 400, 'invalid_token', 'token');
    expectError(await reset(randomUUID()), 400, 'invalid_token', 'token');
    expectError(await reset('nul\0'), 400, 'invalid_input', 'token');
    expectError(await reset(undefined), 400, 'invalid_input', 'token');
  });

  it.each(['Short1a', 'lower1case', 'UPPER1CASE', 'NoNumberHere', `Aa1${'x'.repeat(70)}`, undefined])(
    'limit: 400 for the password %j, and the token stays good',
    async (password) => {
      const { token } = await forgetful();
      expectError(
        await call('POST', '/api/auth/reset-password', { json: { token, newPassword: password } }),
        400,
        'invalid_input',
        'newPassword',
      );
      expect(await reset(token)).toMatchObject(UPDATED);
    },
  );

  it('effect: ends every session and says so by mail', async () => {
    const { person, token } = await forgetful();
    await reset(token);
    expectError(await call('GET', '/api/auth/me', { token: person.token }), 401, 'session_expired');
    const rows = await database`select from auth.sessions where user_id = ${person.id}`;
    expect(rows).toHaveLength(0);
    await expect
      .poll(async () => (await mailsTo(person.email)).map(({ subject }) => subject))
      .toContainEqual(expect.stringMatching(/password .* was changed/));
  });

  it('effect: nothing is left of the token, and a password changed otherwise ends the link too', async () => {
    const [used, other] = [await forgetful(), await forgetful()];
    await reset(used.token);
    const rows = await database`select from chat_private.one_time_codes where user_id = ${used.person.id}`;
    expect(rows).toHaveLength(0);
    await other.person.supabase.auth.updateUser({ password: NEW });
    expectError(await reset(other.token), 400, 'invalid_token', 'token');
  });

  it('effect: whoever registered the address of somebody else is out, and the address counts as verified', async () => {
    const squatter = await signUp();
    await database`
      insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, phone, created_at, updated_at)
      values (gen_random_uuid(), ${squatter.id}, '+4915', 'phone', 'verified', '4915', now(), now())`;
    await forgot(squatter.email);
    const [token] = await tokensTo(squatter.email);
    await reset(token);
    const answer = await call('POST', '/api/auth/login', { json: { email: squatter.email, password: NEW } });
    expect(answer).toMatchObject({ status: 200, body: { user: { emailVerified: true } } });
    expectError(await call('GET', '/api/auth/me', { token: squatter.token }), 401, 'session_expired');
  });
});
