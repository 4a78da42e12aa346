/** Signing in by letters: codes, links, PKCE and forgotten passwords. */
import { type AuthChangeEvent, createClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { follow, letterTo } from '../helpers/mail.ts';
import { connect, PASSWORD, signUp, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const HOME = 'http://localhost:5173';

function visitor(flowType: 'implicit' | 'pkce' = 'implicit') {
  const { auth } = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { flowType, persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  });
  const events: AuthChangeEvent[] = [];
  auth.onAuthStateChange((event) => {
    events.push(event);
  });
  return { auth, events };
}

const WRONG_CODE = {
  name: 'AuthApiError',
  message: 'Token has expired or is invalid',
  status: 403,
  code: 'otp_expired',
};

const USED_LINK = { ...WRONG_CODE, message: 'Email link is invalid or has expired' };

/** The hash in a letter's link, which apps with templates of their own verify themselves. */
const hashIn = (link: string) => new URL(link).searchParams.get('token') ?? '';

describe('a letter', () => {
  it('signs somebody new in, once', async () => {
    const { auth, events } = visitor();
    const email = uniqueEmail('Bob');
    const asked = await auth.signInWithOtp({ email, options: { data: { n: 1 } } });
    expect(asked).toEqual({ data: { user: null, session: null }, error: null });
    const token_hash = hashIn((await letterTo(email)).link);
    const { data } = await auth.verifyOtp({ token_hash, type: 'email' });
    expect(data.user).toMatchObject({ email, user_metadata: { n: 1 } });
    expect(data.session?.access_token).toBeTruthy();
    expect(events).toContain('SIGNED_IN');
    expect((await auth.verifyOtp({ token_hash, type: 'email' })).error).toMatchObject(USED_LINK);
  });

  it('has a code that signs its receiver in, once', async () => {
    const { email, id } = await signUp();
    const { auth } = visitor();
    // The platform's own letters show the link only, so the code is asked of the operator.
    const { data: link } = await connect(stack.secretKey).auth.admin.generateLink({
      type: 'magiclink',
      email,
    });
    const token = link.properties?.email_otp ?? '';
    const wrong = token === '000000' ? '000001' : '000000';
    expect((await auth.verifyOtp({ email, token: wrong, type: 'email' })).error).toMatchObject(WRONG_CODE);
    const { data } = await auth.verifyOtp({ email, token, type: 'email' });
    expect(data.user?.id).toBe(id);
    expect((await auth.verifyOtp({ email, token, type: 'email' })).error).toMatchObject(WRONG_CODE);
  });

  it('makes no account when asked not to', async () => {
    const email = uniqueEmail('nobody');
    const { error } = await visitor().auth.signInWithOtp({ email, options: { shouldCreateUser: false } });
    expect(error).toMatchObject({
      message: 'Signups not allowed for otp',
      status: 422,
      code: 'otp_disabled',
    });
  });

  it('is not sent again at once', async () => {
    const { email } = await signUp();
    const { auth } = visitor();
    await auth.signInWithOtp({ email });
    expect((await auth.signInWithOtp({ email })).error).toMatchObject({
      status: 429,
      code: 'over_email_send_rate_limit',
    });
  });

  it('asks for nothing without an address', async () => {
    expect((await visitor().auth.signInWithOtp({} as never)).error).toMatchObject({
      name: 'AuthInvalidCredentialsError',
      message: 'You must provide either an email or phone number.',
    });
  });
});

describe('the link in a letter', () => {
  it('brings tokens to the page that asked', async () => {
    const { email, id } = await signUp();
    const { auth } = visitor();
    await auth.signInWithOtp({ email, options: { emailRedirectTo: `${HOME}/welcome` } });
    const { link } = await letterTo(email);
    const where = await follow(link);
    expect(where.origin + where.pathname).toBe(`${HOME}/welcome`);
    const answer = new URLSearchParams(where.hash.slice(1));
    expect(answer.get('type')).toBe('magiclink');
    const { data } = await auth.setSession({
      access_token: answer.get('access_token') ?? '',
      refresh_token: answer.get('refresh_token') ?? '',
    });
    expect(data.user?.id).toBe(id);
    const used = new URLSearchParams((await follow(link)).hash.slice(1));
    expect(used.get('error_code')).toBe('otp_expired');
    expect(used.get('error')).toBe('access_denied');
  });

  it('leads home when the page that asked is not on the list', async () => {
    const { email } = await signUp();
    await visitor().auth.signInWithOtp({ email, options: { emailRedirectTo: 'https://evil.example/x' } });
    expect((await follow((await letterTo(email)).link)).origin).toBe(HOME);
  });

  it('brings a code that only the client that asked can exchange (PKCE)', async () => {
    const { email, id } = await signUp();
    const { auth, events } = visitor('pkce');
    await auth.signInWithOtp({ email, options: { emailRedirectTo: `${HOME}/cb` } });
    const where = await follow((await letterTo(email)).link);
    const code = where.searchParams.get('code') ?? '';
    expect(where.hash).toBe('');
    expect((await visitor('pkce').auth.exchangeCodeForSession(code)).error).toMatchObject({
      name: 'AuthPKCECodeVerifierMissingError',
    });
    const { data, error } = await auth.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(data.session?.user.id).toBe(id);
    expect(events).toContain('SIGNED_IN');
    expect((await auth.exchangeCodeForSession(code)).error).toMatchObject({
      name: 'AuthPKCECodeVerifierMissingError',
    });
  });
});

describe('a forgotten password', () => {
  it('is replaced with what the letter carries', async () => {
    const { email } = await signUp();
    const { auth, events } = visitor();
    expect(await auth.resetPasswordForEmail(email)).toEqual({ data: {}, error: null });
    const token_hash = hashIn((await letterTo(email)).link);
    expect((await auth.verifyOtp({ token_hash, type: 'recovery' })).error).toBeNull();
    expect(events).toContain('PASSWORD_RECOVERY');
    expect((await auth.updateUser({ password: 'Recovered3horse' })).error).toBeNull();
    const { error } = await connect().auth.signInWithPassword({ email, password: 'Recovered3horse' });
    expect(error).toBeNull();
    expect((await connect().auth.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({
      code: 'invalid_credentials',
    });
  });

  it('is replaced after following the link (PKCE)', async () => {
    const { email, id } = await signUp();
    const { auth, events } = visitor('pkce');
    await auth.resetPasswordForEmail(email, { redirectTo: `${HOME}/reset` });
    const where = await follow((await letterTo(email)).link);
    const { data } = await auth.exchangeCodeForSession(where.searchParams.get('code') ?? '');
    expect(data.session?.user.id).toBe(id);
    expect(events).toContain('PASSWORD_RECOVERY');
  });

  it('tells nobody which addresses have accounts', async () => {
    const { auth } = visitor();
    const unknown = uniqueEmail('nobody');
    expect(await auth.resetPasswordForEmail(unknown)).toEqual({ data: {}, error: null });
    expect((await auth.resend({ type: 'signup', email: unknown })).error).toBeNull();
  });
});
