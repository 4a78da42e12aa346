/** Accounts and sessions as the real client sees them: password, tokens, own user, signing out. */
import type { AuthChangeEvent } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import { follow, letterTo } from '../helpers/mail.ts';
import { type ChatClient, connect, PASSWORD, signUp, uniqueEmail } from '../helpers/people.ts';

/** What the client tells its app from now on. */
function eventsOf({ auth }: ChatClient): AuthChangeEvent[] {
  const events: AuthChangeEvent[] = [];
  auth.onAuthStateChange((event) => {
    events.push(event);
  });
  return events;
}

/** The session of the same person on another device. */
async function anotherDevice({ email, password }: { email: string; password: string }): Promise<ChatClient> {
  const supabase = connect();
  const { error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw error;
  return supabase;
}

/** A token that ended an hour ago; only the client reads it. */
function expired(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const past = { ...claims, exp: Math.floor(Date.now() / 1000) - 3600 };
  return [header, Buffer.from(JSON.stringify(past)).toString('base64url'), signature].join('.');
}

const MISSING = { name: 'AuthSessionMissingError', message: 'Auth session missing!', status: 400 };

describe('somebody without a session', () => {
  it('has no user and can change nothing', async () => {
    const { auth } = connect();
    expect(await auth.getSession()).toEqual({ data: { session: null }, error: null });
    expect(await auth.getClaims()).toEqual({ data: null, error: null });
    expect((await auth.getUser()).error).toMatchObject(MISSING);
    expect((await auth.refreshSession()).error).toMatchObject(MISSING);
    expect((await auth.updateUser({ data: {} })).error).toMatchObject(MISSING);
    expect((await auth.reauthenticate()).error).toMatchObject(MISSING);
    expect((await auth.getUserIdentities()).error).toMatchObject(MISSING);
    expect((await auth.mfa.listFactors()).error).toMatchObject(MISSING);
    expect((await auth.mfa.getAuthenticatorAssuranceLevel()).data).toEqual({
      currentLevel: null,
      nextLevel: null,
      currentAuthenticationMethods: [],
    });
    expect(await auth.signOut()).toEqual({ error: null });
  });

  it('is refused as an anonymous user while the project wants none', async () => {
    expect((await connect().auth.signInAnonymously()).error).toMatchObject({
      name: 'AuthApiError',
      message: 'Anonymous sign-ins are disabled',
      status: 422,
      code: 'anonymous_provider_disabled',
    });
  });

  it('is told what is wrong with a token', async () => {
    const { auth } = connect();
    expect((await auth.getUser('x')).error).toMatchObject({ status: 403, code: 'bad_jwt' });
    expect((await auth.refreshSession({ refresh_token: 'abcdefghijkl' })).error).toMatchObject({
      message: 'Invalid Refresh Token: Refresh Token Not Found',
      status: 400,
      code: 'refresh_token_not_found',
    });
    expect((await auth.setSession({ access_token: 'x', refresh_token: 'y' })).error).toMatchObject({
      name: 'AuthInvalidJwtError',
      message: 'Invalid JWT structure',
      code: 'invalid_jwt',
    });
  });

  it('is led to a provider by address, and gets nowhere with an unknown one', async () => {
    const { auth } = connect();
    const { data } = await auth.signInWithOAuth({
      provider: 'google',
      options: { redirectTo: 'http://localhost:5173/cb', scopes: 'email', skipBrowserRedirect: true },
    });
    const url = new URL(data.url ?? '');
    expect(url.pathname).toBe('/auth/v1/authorize');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      provider: 'google',
      redirect_to: 'http://localhost:5173/cb',
      scopes: 'email',
    });
    const nope = await auth.signInWithOAuth({
      provider: 'nope' as never,
      options: { skipBrowserRedirect: true },
    });
    const answer = await fetch(nope.data.url ?? '', { redirect: 'manual' });
    expect([answer.status, ((await answer.json()) as { error_code: string }).error_code]).toEqual([
      400,
      'validation_failed',
    ]);
    expect((await auth.signInWithIdToken({ provider: 'nope', token: 'x' })).error).toMatchObject({
      message: 'Custom OIDC provider "nope" not allowed',
      status: 400,
      code: 'validation_failed',
    });
  });
});

describe('signing up', () => {
  it('gives a session and a user with what they told of themselves', async () => {
    const supabase = connect();
    const events = eventsOf(supabase);
    const email = uniqueEmail('Ada');
    const { data, error } = await supabase.auth.signUp({
      email,
      password: PASSWORD,
      options: { data: { name: 'Ada' } },
    });
    expect(error).toBeNull();
    expect(data.session).toMatchObject({ token_type: 'bearer', expires_in: 604_800 });
    expect(data.user).toMatchObject({
      aud: 'authenticated',
      role: 'authenticated',
      email,
      phone: '',
      is_anonymous: false,
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: { name: 'Ada', email, email_verified: true, phone_verified: false, sub: data.user?.id },
      identities: [{ provider: 'email', user_id: data.user?.id, email }],
    });
    expect(events.filter((event) => event !== 'INITIAL_SESSION')).toEqual(['SIGNED_IN']);
  });

  it('is refused for a taken or malformed address and a weak password', async () => {
    const { email } = await signUp();
    const { auth } = connect();
    expect((await auth.signUp({ email, password: PASSWORD })).error).toMatchObject({
      message: 'User already registered',
      status: 422,
      code: 'user_already_exists',
    });
    expect((await auth.signUp({ email: 'x', password: PASSWORD })).error).toMatchObject({
      message: 'Unable to validate email address: invalid format',
      status: 400,
      code: 'validation_failed',
    });
    expect((await auth.signUp({ email: uniqueEmail(), password: 'a' })).error).toMatchObject({
      name: 'AuthWeakPasswordError',
      message: 'Password should be at least 8 characters.',
      status: 422,
      code: 'weak_password',
      reasons: ['length'],
    });
    expect((await auth.getSession()).data.session).toBeNull();
  });
});

describe('somebody signed in', () => {
  it('comes in with the right password only', async () => {
    const { email, id } = await signUp();
    const { auth } = connect();
    expect((await auth.signInWithPassword({ email, password: 'nope nope' })).error).toMatchObject({
      message: 'Invalid login credentials',
      status: 400,
      code: 'invalid_credentials',
    });
    const { data } = await auth.signInWithPassword({ email: email.toUpperCase(), password: PASSWORD });
    expect(data.user?.id).toBe(id);
    expect(data.user?.last_sign_in_at).toBeTruthy();
    expect((await auth.getUser()).data.user).toMatchObject({ id, email });
  });

  it('carries claims of the account, the session and the project', async () => {
    const { supabase, id, email } = await signUp('Ada');
    const { data, error } = await supabase.auth.getClaims();
    expect(error).toBeNull();
    expect(data?.header).toMatchObject({ alg: 'HS256', typ: 'JWT' });
    expect(data?.claims).toMatchObject({
      sub: id,
      email,
      aud: 'authenticated',
      role: 'authenticated',
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: expect.any(Number) }],
      is_anonymous: false,
      session_id: expect.any(String),
      name: 'Ada',
      user_role: 'user',
    });
    expect(data?.claims.iss).toMatch(/\/auth\/v1$/);
    expect(Number(data?.claims.exp) - Number(data?.claims.iat)).toBe(604_800);
  });

  it('refreshes the session, and the old refresh token still answers a lost reply', async () => {
    const { supabase, token, id } = await signUp();
    const events = eventsOf(supabase);
    const before = (await supabase.auth.getSession()).data.session;
    const { data, error } = await supabase.auth.refreshSession();
    expect(error).toBeNull();
    expect(data.user?.id).toBe(id);
    expect(data.session?.refresh_token).not.toBe(before?.refresh_token);
    expect(events).toContain('TOKEN_REFRESHED');
    const again = await connect().auth.refreshSession({ refresh_token: before?.refresh_token ?? '' });
    expect(again.data.user?.id).toBe(id);
    // The access token from before the refresh is as good as ever.
    expect((await connect().auth.getUser(token)).data.user?.id).toBe(id);
  });

  it('moves a session to another client, also with an expired access token', async () => {
    const { supabase, id } = await signUp();
    const { data } = await supabase.auth.getSession();
    const { access_token, refresh_token } = data.session ?? { access_token: '', refresh_token: '' };
    const other = connect();
    const events = eventsOf(other);
    expect((await other.auth.setSession({ access_token, refresh_token })).data.user?.id).toBe(id);
    expect(events).toContain('SIGNED_IN');
    const late = connect();
    const lateEvents = eventsOf(late);
    const moved = await late.auth.setSession({ access_token: expired(access_token), refresh_token });
    expect(moved.data.user?.id).toBe(id);
    expect(moved.data.session?.refresh_token).not.toBe(refresh_token);
    expect(lateEvents).toContain('TOKEN_REFRESHED');
  });

  it('changes what they told of themselves, but not their rights', async () => {
    const { supabase } = await signUp('Ada');
    const events = eventsOf(supabase);
    const { data } = await supabase.auth.updateUser({ data: { lang: 'de' } });
    expect(data.user?.user_metadata).toMatchObject({ name: 'Ada', lang: 'de' });
    expect(events).toContain('USER_UPDATED');
    expect((await supabase.auth.updateUser({ app_metadata: { admin: true } } as never)).error).toMatchObject({
      status: 403,
      code: 'not_admin',
    });
  });

  it('changes the password, which ends their other sessions', async () => {
    const ada = await signUp();
    const phone = await anotherDevice(ada);
    expect((await ada.supabase.auth.updateUser({ password: PASSWORD })).error).toMatchObject({
      message: 'New password should be different from the old password.',
      status: 422,
      code: 'same_password',
    });
    expect((await ada.supabase.auth.updateUser({ password: 'Another2horse' })).error).toBeNull();
    expect((await ada.supabase.auth.getUser()).data.user?.id).toBe(ada.id);
    expect((await phone.auth.getUser()).error).toMatchObject(MISSING);
    const { auth } = connect();
    expect((await auth.signInWithPassword(ada)).error).toMatchObject({ code: 'invalid_credentials' });
    const renewed = await auth.signInWithPassword({ email: ada.email, password: 'Another2horse' });
    expect(renewed.data.user?.id).toBe(ada.id);
  });

  it('confirms a change of the password with a code by mail', async () => {
    const { supabase, email } = await signUp();
    expect(await supabase.auth.reauthenticate()).toEqual({
      data: { user: null, session: null },
      error: null,
    });
    const { code } = await letterTo(email);
    const { error } = await supabase.auth.updateUser({ password: 'Another2horse', nonce: code });
    expect(error).toBeNull();
  });

  it('changes the address once the new one has confirmed', async () => {
    const { supabase, email } = await signUp();
    const next = uniqueEmail('Ada');
    const { data } = await supabase.auth.updateUser({ email: next });
    expect(data.user).toMatchObject({ email, new_email: next });
    // While the project takes addresses without confirmation, one letter is enough; the old address is told.
    await letterTo(email);
    const where = await follow((await letterTo(next)).link);
    expect(new URLSearchParams(where.hash.slice(1)).get('type')).toBe('email_change');
    expect((await supabase.auth.getUser()).data.user?.email).toBe(next);
  });

  it('gets the letters for a new address again', async () => {
    const { supabase, email } = await signUp();
    const next = uniqueEmail('Ada');
    await supabase.auth.updateUser({ email: next });
    const resend = () => supabase.auth.resend({ type: 'email_change', email });
    expect((await resend()).error).toMatchObject({ status: 429, code: 'over_email_send_rate_limit' });
    await expect.poll(async () => (await resend()).error, { interval: 300 }).toBeNull();
    await follow((await letterTo(next, 2)).link);
    expect((await supabase.auth.getUser()).data.user?.email).toBe(next);
  });

  it('sees their identities and keeps the last one', async () => {
    const { supabase, id, email } = await signUp();
    const { data } = await supabase.auth.getUserIdentities();
    expect(data?.identities).toMatchObject([
      {
        provider: 'email',
        id,
        user_id: id,
        identity_data: { email, sub: id },
        identity_id: expect.any(String),
      },
    ]);
    const [identity] = data?.identities ?? [];
    if (!identity) throw new Error('no identity');
    expect((await supabase.auth.unlinkIdentity(identity)).error).toMatchObject({
      status: 422,
      code: 'single_identity_not_deletable',
    });
    const nope = await supabase.auth.linkIdentity({ provider: 'nope' as never });
    expect(nope.error).toMatchObject({ status: 400, code: 'validation_failed' });
  });
});

describe('signing out', () => {
  it('ends this session alone', async () => {
    const ada = await signUp();
    const phone = await anotherDevice(ada);
    const events = eventsOf(ada.supabase);
    expect(await ada.supabase.auth.signOut({ scope: 'local' })).toEqual({ error: null });
    expect(events).toContain('SIGNED_OUT');
    expect((await ada.supabase.auth.getSession()).data.session).toBeNull();
    expect((await connect().auth.getUser(ada.token)).error).toMatchObject({
      name: 'AuthSessionMissingError',
    });
    expect((await phone.auth.getUser()).data.user?.id).toBe(ada.id);
  });

  it('ends the others', async () => {
    const ada = await signUp();
    const phone = await anotherDevice(ada);
    expect(await ada.supabase.auth.signOut({ scope: 'others' })).toEqual({ error: null });
    expect((await ada.supabase.auth.getUser()).data.user?.id).toBe(ada.id);
    const events = eventsOf(phone);
    expect((await phone.auth.getUser()).error).toMatchObject(MISSING);
    expect(events).toContain('SIGNED_OUT');
    expect(await phone.auth.signOut()).toEqual({ error: null });
  });

  it('ends all of them', async () => {
    const ada = await signUp();
    const phone = await anotherDevice(ada);
    const session = (await phone.auth.getSession()).data.session;
    expect(await ada.supabase.auth.signOut()).toEqual({ error: null });
    expect((await phone.auth.getUser()).error).toMatchObject(MISSING);
    const revived = await connect().auth.refreshSession({ refresh_token: session?.refresh_token ?? '' });
    expect(revived.error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
  });
});
