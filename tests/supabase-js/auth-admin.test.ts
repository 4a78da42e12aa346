/** What an operator does with accounts, with the secret key. */
import { randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { follow, letterTo } from '../helpers/mail.ts';
import { connect, PASSWORD, signUp, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const { admin } = connect(stack.secretKey).auth;

const NOT_FOUND = { name: 'AuthApiError', message: 'User not found', status: 404, code: 'user_not_found' };
const EMAIL_EXISTS = {
  message: 'A user with this email address has already been registered',
  status: 422,
  code: 'email_exists',
};

async function createUser(attributes: object = {}) {
  const email = uniqueEmail('Bob');
  const { data, error } = await admin.createUser({
    email,
    password: PASSWORD,
    email_confirm: true,
    ...attributes,
  });
  if (error) throw error;
  return data.user;
}

describe('an operator', () => {
  it('makes accounts that can sign in', async () => {
    const user = await createUser({ app_metadata: { plan: 'x' }, user_metadata: { name: 'Bob' } });
    expect(user).toMatchObject({
      aud: 'authenticated',
      role: 'authenticated',
      app_metadata: { provider: 'email', providers: ['email'], plan: 'x' },
      user_metadata: { name: 'Bob' },
    });
    const email = user.email ?? '';
    expect((await connect().auth.signInWithPassword({ email, password: PASSWORD })).data.user?.id).toBe(
      user.id,
    );
    expect((await admin.createUser({ email })).error).toMatchObject(EMAIL_EXISTS);
    expect((await admin.createUser({})).error).toMatchObject({
      message: 'Cannot create a user without either an email or phone',
      status: 400,
      code: 'validation_failed',
    });
  });

  it('sees the identity of the address before that of the number, always', async () => {
    for (let round = 0; round < 40; round++) {
      const digits = String(randomInt(1e9)).padStart(9, '0');
      const user = await createUser({ phone: `+15${digits}`, phone_confirm: true, password: undefined });
      expect(user.identities?.map(({ provider }) => provider)).toEqual(['email', 'phone']);
    }
  });

  it('lists accounts by page', async () => {
    const made = [await createUser(), await createUser(), await createUser()];
    const { data, error } = await admin.listUsers({ page: 1, perPage: 2 });
    expect(error).toBeNull();
    expect(data.users).toHaveLength(2);
    expect(data).toMatchObject({ aud: 'authenticated', nextPage: 2 });
    if (!('total' in data)) throw new Error('no total');
    expect(data.total).toBeGreaterThanOrEqual(made.length);
    // The client reads the first digit only of the last page's number.
    expect(data.lastPage).toBeGreaterThanOrEqual(1);
    const second = await admin.listUsers({ page: 2, perPage: 2 });
    expect(second.data.users.map(({ id }) => id)).not.toContain(data.users[0]?.id);
  });

  it('reads one account', async () => {
    const user = await createUser();
    expect((await admin.getUserById(user.id)).data.user).toMatchObject({ id: user.id, email: user.email });
    expect((await admin.getUserById(randomUUID())).error).toMatchObject(NOT_FOUND);
    await expect(admin.getUserById('x')).rejects.toThrow('Expected parameter to be UUID');
  });

  it('changes metadata, address and password; a new password ends all sessions', async () => {
    const ada = await signUp();
    const email = uniqueEmail('Ada');
    const changed = await admin.updateUserById(ada.id, {
      app_metadata: { plan: 'x' },
      email,
      email_confirm: true,
    });
    expect(changed.data.user).toMatchObject({
      id: ada.id,
      email,
      app_metadata: { provider: 'email', plan: 'x' },
    });
    expect((await ada.supabase.auth.getUser()).data.user?.app_metadata.plan).toBe('x');
    expect((await admin.updateUserById(ada.id, { password: 'Another2horse' })).error).toBeNull();
    expect((await ada.supabase.auth.getUser()).error).toMatchObject({ name: 'AuthSessionMissingError' });
    expect((await admin.updateUserById(randomUUID(), { app_metadata: {} })).error).toMatchObject(NOT_FOUND);
  });

  it('bans somebody and lets them back in', async () => {
    const ada = await signUp();
    await admin.updateUserById(ada.id, { ban_duration: '1h' });
    // A ban is a suspension here, which ends all sessions.
    expect((await ada.supabase.auth.getUser()).error).toMatchObject({ name: 'AuthSessionMissingError' });
    expect((await ada.supabase.auth.refreshSession()).error).not.toBeNull();
    expect((await connect().auth.signInWithPassword(ada)).error).toMatchObject({
      status: 400,
      code: 'user_banned',
    });
    await admin.updateUserById(ada.id, { ban_duration: 'none' });
    expect((await connect().auth.signInWithPassword(ada)).error).toBeNull();
  });

  it('deletes an account softly, then for good', async () => {
    const ada = await signUp();
    expect((await admin.deleteUser(ada.id, true)).error).toBeNull();
    expect((await connect().auth.signInWithPassword(ada)).error).toMatchObject({
      code: 'invalid_credentials',
    });
    const soft = (await admin.getUserById(ada.id)).data.user;
    expect(soft).toMatchObject({ id: ada.id, deleted_at: expect.any(String) });
    expect(soft?.email).not.toBe(ada.email);
    expect((await admin.deleteUser(ada.id)).error).toBeNull();
    expect((await admin.deleteUser(ada.id)).error).toMatchObject(NOT_FOUND);
    // The address is free again.
    expect((await connect().auth.signUp({ email: ada.email, password: PASSWORD })).error).toBeNull();
  });

  it('invites somebody by mail', async () => {
    const email = uniqueEmail('Guest');
    const { data, error } = await admin.inviteUserByEmail(email, { data: { team: 'a' } });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email,
      invited_at: expect.any(String),
      confirmation_sent_at: expect.any(String),
      user_metadata: { team: 'a' },
    });
    const where = await follow((await letterTo(email)).link);
    expect(new URLSearchParams(where.hash.slice(1)).get('type')).toBe('invite');
    expect((await admin.inviteUserByEmail(email)).error).toMatchObject(EMAIL_EXISTS);
  });

  it('ends sessions of others', async () => {
    const ada = await signUp();
    const phone = connect();
    await phone.auth.signInWithPassword(ada);
    expect((await admin.signOut(ada.token, 'others')).error).toBeNull();
    expect((await phone.auth.getUser()).error).toMatchObject({ name: 'AuthSessionMissingError' });
    expect((await ada.supabase.auth.getUser()).data.user?.id).toBe(ada.id);
    expect((await admin.signOut(ada.token, 'local')).error).toBeNull();
    expect((await admin.signOut(ada.token, 'global')).error).toMatchObject({
      name: 'AuthSessionMissingError',
      status: 400,
    });
  });

  it('lists and removes second factors', async () => {
    const ada = await signUp();
    const { data: factor } = await ada.supabase.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'x' });
    const id = factor?.id ?? '';
    const { data } = await admin.mfa.listFactors({ userId: ada.id });
    expect(data?.factors).toMatchObject([
      { id, status: 'unverified', friendly_name: 'x', factor_type: 'totp' },
    ]);
    expect((await admin.mfa.deleteFactor({ userId: ada.id, id })).error).toBeNull();
    expect((await admin.mfa.deleteFactor({ userId: ada.id, id })).error).toMatchObject({
      message: 'Factor not found',
      status: 404,
      code: 'mfa_factor_not_found',
    });
  });
});

describe('a link made by an operator', () => {
  it('signs up, invites, signs in or recovers whoever holds it', async () => {
    const { email: known } = await signUp();
    const options = { redirectTo: 'http://localhost:5173/cb' };
    const links = {
      signup: await admin.generateLink({ type: 'signup', email: uniqueEmail(), password: PASSWORD, options }),
      invite: await admin.generateLink({ type: 'invite', email: uniqueEmail(), options }),
      magiclink: await admin.generateLink({ type: 'magiclink', email: known, options }),
    };
    for (const [type, { data, error }] of Object.entries(links)) {
      expect(error).toBeNull();
      expect(data.properties).toMatchObject({
        verification_type: type,
        redirect_to: options.redirectTo,
        email_otp: expect.stringMatching(/^\d{10}$/),
        hashed_token: expect.stringMatching(/^[0-9a-f]{56}$/),
      });
      const where = await follow(data.properties?.action_link ?? '');
      expect(where.pathname).toBe('/cb');
      expect(where.hash).toContain(`type=${type}`);
    }
    const { data } = await admin.generateLink({ type: 'recovery', email: known });
    const { auth } = connect();
    const token_hash = data.properties?.hashed_token ?? '';
    expect((await auth.verifyOtp({ token_hash, type: 'recovery' })).data.user?.email).toBe(known);
    expect((await auth.verifyOtp({ token_hash, type: 'recovery' })).error).toMatchObject({
      message: 'Email link is invalid or has expired',
      status: 403,
      code: 'otp_expired',
    });
  });

  it('changes an address', async () => {
    const { email } = await signUp();
    const newEmail = uniqueEmail('Ada');
    for (const type of ['email_change_current', 'email_change_new'] as const) {
      const { data } = await admin.generateLink({ type, email, newEmail });
      expect(data.properties?.action_link).toContain('type=email_change');
      expect(data.properties?.verification_type).toBe(type);
    }
  });

  it('is of a known kind', async () => {
    const { error } = await admin.generateLink({ type: 'nope', email: uniqueEmail() } as never);
    expect(error).toMatchObject({
      message: 'Invalid email action link type requested: nope',
      status: 400,
      code: 'validation_failed',
    });
  });
});

describe('somebody with the publishable key', () => {
  it('is no operator', async () => {
    const { auth } = connect();
    expect((await auth.admin.listUsers()).error).toMatchObject({
      message: 'User not allowed',
      status: 403,
      code: 'not_admin',
    });
    const ada = await signUp();
    expect((await auth.admin.deleteUser(ada.id)).error).toMatchObject({ code: 'not_admin' });
  });
});
