import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, type Person, signUp, uniqueEmail } from '../../helpers/people.ts';
import { call, claimsOf, expectError } from '../api.ts';
import { type GoogleStack, startGoogleStack } from '../google-stack.ts';
import { mailsTo } from '../mailbox.ts';
import type { Identity } from '../openid-provider.ts';

let google: GoogleStack;

beforeAll(async () => {
  google = await startGoogleStack();
}, 60_000);
afterAll(async () => {
  google.stop();
  await database.end();
});

const identity = (changes: Partial<Identity> = {}): Identity => ({
  sub: String(randomInt(1e12)),
  email: uniqueEmail('google'),
  email_verified: true,
  name: 'Grace Hopper',
  picture: 'https://pictures.example.com/grace.png',
  ...changes,
});

/** Sets out, and agrees at the provider as this person; without one, says no. */
async function goToGoogle(person: Identity | undefined): Promise<{ back: URL; cookie: string }> {
  const start = await google.get('/api/auth/google');
  expect(start.status).toBe(302);
  const cookie = (start.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  google.provider.person = person;
  const agreed = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
  return { back: new URL(agreed.headers.get('location') ?? ''), cookie };
}

const comeBack = (query: URLSearchParams | string, cookie?: string) =>
  google.get(`/api/auth/callback/google?${query}`, cookie);

/** All the way, to the address the browser is sent to in the end. */
async function signIn(person: Identity): Promise<{ url: URL; token: string }> {
  const { back, cookie } = await goToGoogle(person);
  const answer = await comeBack(back.searchParams, cookie);
  expect(answer.status, await answer.clone().text()).toBe(302);
  const url = new URL(answer.headers.get('location') ?? '');
  return { url, token: url.searchParams.get('token') ?? '' };
}

async function refusal(response: Response) {
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const me = async (token: string) =>
  (await call<{ user: Record<string, unknown> }>('GET', '/api/auth/me', { token })).body.user;
const isKnown = async (email: string) =>
  (await database`select from auth.users where email = ${email}`).length > 0;

async function verified(): Promise<Person> {
  const person = await signUp('Ada Lovelace');
  await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
  return person;
}

describe('GET /api/auth/google', () => {
  it('success: sends the browser to Google with state, nonce and PKCE, and keeps their secrets in a cookie', async () => {
    const answer = await google.get('/api/auth/google');
    const url = new URL(answer.headers.get('location') ?? '');
    expect(`${url.origin}${url.pathname}`).toBe(`${google.provider.url}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: google.provider.clientId,
      redirect_uri: 'https://chat.example.com/functions/v1/api/auth/callback/google',
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toContain(url.searchParams.get('state'));
  });

  it('error: 404 where Google is not set up', async () => {
    expectError(await call('GET', '/api/auth/google'), 404, 'google_not_configured');
    expectError(await call('GET', '/api/auth/callback/google?code=1&state=2'), 404, 'google_not_configured');
  });
});

describe('GET /api/auth/callback/google', () => {
  it('success: makes an account for somebody new and leads to the dashboard with a token', async () => {
    const person = identity();
    const { url, token } = await signIn(person);
    expect(`${url.origin}${url.pathname}`).toBe('https://app.example.com/dashboard');
    expect(url.hash).toMatch(/^#refreshToken=\S+$/);
    const { exp, iat } = claimsOf(token) as { exp: number; iat: number };
    expect(exp - iat).toBe(7 * 24 * 3600);
    expect(await me(token)).toMatchObject({
      email: person.email,
      name: 'Grace Hopper',
      role: 'user',
      image: person.picture,
      emailVerified: true,
      status: 'online',
    });
  });

  it('success: knows somebody again, also by another address', async () => {
    const person = identity();
    const first = await me((await signIn(person)).token);
    const again = await me((await signIn({ ...person, email: uniqueEmail('moved') })).token);
    expect(again.id).toBe(first.id);
  });

  it('error: 400 without a code', async () => {
    const { back, cookie } = await goToGoogle(identity());
    back.searchParams.delete('code');
    expectError(await refusal(await comeBack(back.searchParams, cookie)), 400, 'invalid_input', 'code');
  });

  it('error: 400 for whoever says no at Google', async () => {
    const { back, cookie } = await goToGoogle(undefined);
    expectError(await refusal(await comeBack(back.searchParams, cookie)), 400, 'google_denied');
  });

  it('error: 400 for a wrong state, none, and one that is used', async () => {
    const person = identity();
    const { back, cookie } = await goToGoogle(person);
    const { code = '', state = '' } = Object.fromEntries(back.searchParams);
    for (const query of [{ code }, { code, state: 'x' }, { code, state: '' }, { code, state: `${state}x` }]) {
      const answer = await refusal(await comeBack(new URLSearchParams(query), cookie));
      expectError(answer, 400, 'invalid_state', 'state');
    }
    expect((await comeBack(back.searchParams, cookie)).status).toBe(302);
    expectError(await refusal(await comeBack(back.searchParams, cookie)), 400, 'invalid_state', 'state');
  });

  it('error: 502 when Google refuses the code, or fails', async () => {
    const one = await goToGoogle(identity());
    one.back.searchParams.set('code', randomUUID());
    expectError(await refusal(await comeBack(one.back.searchParams, one.cookie)), 502, 'google_failed');

    const other = await goToGoogle(identity());
    google.provider.failure = 500;
    const answer = await refusal(await comeBack(other.back.searchParams, other.cookie));
    google.provider.failure = undefined;
    expectError(answer, 502, 'google_failed');
  });

  it('error: 502 when Google reports an error of its own', async () => {
    const { back, cookie } = await goToGoogle(identity());
    const query = new URLSearchParams({ state: back.searchParams.get('state') ?? '', error: 'server_error' });
    expectError(await refusal(await comeBack(query, cookie)), 502, 'google_failed');
  });

  it('permission: 400 for another browser than the one that set out', async () => {
    const victim = await goToGoogle(identity());
    const attacker = await goToGoogle(identity());
    for (const cookie of [undefined, victim.cookie]) {
      const answer = await refusal(await comeBack(attacker.back.searchParams, cookie));
      expectError(answer, 400, 'invalid_state', 'state');
    }
  });

  it('permission: 403 for an address that Google has not verified, of somebody new or known', async () => {
    const [stranger, known] = [identity({ email_verified: false }), await verified()];
    for (const person of [stranger, identity({ email: known.email, email_verified: false })]) {
      const { back, cookie } = await goToGoogle(person);
      const answer = await refusal(await comeBack(back.searchParams, cookie));
      expectError(answer, 403, 'google_address_not_verified');
    }
    expect(await isKnown(stranger.email)).toBe(false);
    expect((await connect().auth.signInWithPassword(known)).error).toBeNull();
  });

  it('permission: 403 for a suspended person', async () => {
    const person = identity();
    const { token } = await signIn(person);
    await database`update chat.accounts set suspended_at = now() where user_id = ${String(claimsOf(token).sub)}`;
    const { back, cookie } = await goToGoogle(person);
    expectError(await refusal(await comeBack(back.searchParams, cookie)), 403, 'account_suspended');
  });

  it('limit: 400 for parameters of over 1,024 characters', async () => {
    const { back, cookie } = await goToGoogle(identity());
    back.searchParams.set('code', 'x'.repeat(1025));
    expectError(await refusal(await comeBack(back.searchParams, cookie)), 400, 'invalid_input', 'code');
  });

  it('effect: whoever has the address already keeps the account, and password and sessions with it', async () => {
    const known = await verified();
    const { token } = await signIn(identity({ email: known.email }));
    expect(await me(token)).toMatchObject({ id: known.id, name: 'Ada Lovelace', image: expect.any(String) });
    expect((await connect().auth.signInWithPassword(known)).error).toBeNull();
    expect(await me(known.token)).toMatchObject({ id: known.id });
  });

  it('effect: name and picture follow Google until the person chooses here', async () => {
    const person = identity();
    const { token } = await signIn(person);
    const married = { ...person, name: 'Grace Murray', picture: 'https://pictures.example.com/murray.png' };
    expect(await me((await signIn(married)).token)).toMatchObject({
      name: married.name,
      image: married.picture,
    });
    await call('PUT', '/api/users/profile', { token, json: { name: 'Amazing Grace' } });
    expect(await me((await signIn(person)).token)).toMatchObject({ name: 'Amazing Grace' });
  });

  it('effect: whoever registered the address without proof loses password, sessions and second factor', async () => {
    const squatter = await signUp('Mallory');
    await database`
      insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, phone, created_at, updated_at)
      values (gen_random_uuid(), ${squatter.id}, '+4915', 'phone', 'verified', '4915', now(), now())`;
    const owner = identity({ email: squatter.email });
    const { token } = await signIn(owner);
    expect(await me(token)).toMatchObject({ id: squatter.id, name: 'Grace Hopper', emailVerified: true });
    expect((await connect().auth.signInWithPassword(squatter)).error?.code).toBe('invalid_credentials');
    expectError(await call('GET', '/api/auth/me', { token: squatter.token }), 401, 'session_expired');
    expect(await database`select from auth.mfa_factors where user_id = ${squatter.id}`).toHaveLength(0);
  });

  it('effect: sends whoever has a second factor its code, and the token opens nothing before', async () => {
    const person = identity();
    const { token } = await signIn(person);
    const phone = `+4917${randomInt(1e8, 1e9)}`;
    await call('POST', '/api/auth/2fa/enable', { token, json: { phone } });
    const codes = async (count: number) => {
      const read = () => mailsTo(`${phone}@sms.localhost`);
      await expect.poll(async () => (await read()).length).toBe(count);
      return (await read()).map(({ text }) => text.slice(0, 6));
    };
    const [first] = await codes(1);
    await call('POST', '/api/auth/2fa/verify', { token, json: { code: first } });
    await database`update auth.mfa_factors set last_challenged_at = null where phone = ${phone.slice(1)}`;

    const { url, token: half } = await signIn(person);
    expect(url.searchParams.get('secondFactor')).toBe('required');
    expectError(await call('GET', '/api/auth/me', { token: half }), 403, 'second_factor_required');
    const [, code] = await codes(2);
    const confirmed = await call<{ token: string }>('POST', '/api/auth/2fa/verify', {
      token: half,
      json: { code },
    });
    expect(confirmed.status).toBe(200);
    expect(await me(confirmed.body.token)).toMatchObject({ email: person.email });
  });
});
