/** Second factors of the kind an authenticator app shows. */
import type { AuthChangeEvent } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import { connect, type Person, signUp } from '../helpers/people.ts';
import { totp } from '../helpers/totp.ts';

async function enroll({ supabase }: Person, friendlyName = 'app') {
  const { data, error } = await supabase.auth.mfa.enroll({ factorType: 'totp', friendlyName });
  if (error) throw error;
  return data;
}

/** Somebody with a verified factor, signed in again with the password only. */
async function returning() {
  const person = await signUp();
  const factor = await enroll(person);
  const { mfa } = person.supabase.auth;
  const { error } = await mfa.challengeAndVerify({ factorId: factor.id, code: totp(factor.totp.secret) });
  if (error) throw error;
  const { auth } = connect();
  await auth.signInWithPassword(person);
  return { auth, factor };
}

describe('a second factor', () => {
  it('is enrolled, challenged and verified, which raises the session', async () => {
    const person = await signUp();
    const { auth } = person.supabase;
    const events: AuthChangeEvent[] = [];
    auth.onAuthStateChange((event) => {
      events.push(event);
    });
    expect((await auth.mfa.getAuthenticatorAssuranceLevel()).data).toEqual({
      currentLevel: 'aal1',
      nextLevel: 'aal1',
      currentAuthenticationMethods: [{ method: 'password', timestamp: expect.any(Number) }],
    });

    const factor = await enroll(person);
    expect(factor).toMatchObject({ type: 'totp', friendly_name: 'app' });
    expect(factor.totp.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(factor.totp.qr_code).toMatch(/^data:image\/svg\+xml;utf-8,.*<svg/s);
    const uri = new URL(factor.totp.uri);
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
      secret: factor.totp.secret,
    });
    const listed = (await auth.mfa.listFactors()).data;
    expect(listed?.all).toMatchObject([{ id: factor.id, status: 'unverified', factor_type: 'totp' }]);
    expect(listed?.totp).toEqual([]);

    const challenge = await auth.mfa.challenge({ factorId: factor.id });
    expect(challenge.data).toMatchObject({ type: 'totp', expires_at: expect.any(Number) });
    const challengeId = challenge.data?.id ?? '';
    // An hour off, so that it is right neither now nor around now.
    const code = totp(factor.totp.secret, Date.now() - 3_600_000);
    const wrong = await auth.mfa.verify({ factorId: factor.id, challengeId, code });
    expect(wrong.error).toMatchObject({
      message: 'Invalid TOTP code entered',
      status: 422,
      code: 'mfa_verification_failed',
    });
    const right = await auth.mfa.verify({
      factorId: factor.id,
      challengeId,
      code: totp(factor.totp.secret),
    });
    expect(right.data).toMatchObject({ token_type: 'bearer', user: { id: person.id } });
    expect(events).toContain('MFA_CHALLENGE_VERIFIED');
    expect((await auth.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal2',
      nextLevel: 'aal2',
      currentAuthenticationMethods: [{ method: 'totp' }, { method: 'password' }],
    });
    expect((await auth.mfa.listFactors()).data?.totp).toMatchObject([{ id: factor.id, status: 'verified' }]);
  });

  it('is asked for at the next sign-in before anything of weight', async () => {
    const { auth, factor } = await returning();
    expect((await auth.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal1',
      nextLevel: 'aal2',
    });
    const insufficient = (status: number) => ({ status, code: 'insufficient_aal' });
    expect((await auth.updateUser({ password: 'Another2horse' })).error).toMatchObject(insufficient(401));
    const another = await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'b' });
    expect(another.error).toMatchObject(insufficient(403));
    expect((await auth.mfa.unenroll({ factorId: factor.id })).error).toMatchObject(insufficient(422));
    const stepUp = await auth.mfa.challengeAndVerify({ factorId: factor.id, code: totp(factor.totp.secret) });
    expect(stepUp.error).toBeNull();
    expect((await auth.updateUser({ password: 'Another2horse' })).error).toBeNull();
  });

  it('is taken off by a session that has shown it', async () => {
    const { auth, factor } = await returning();
    await auth.mfa.challengeAndVerify({ factorId: factor.id, code: totp(factor.totp.secret) });
    expect((await auth.mfa.unenroll({ factorId: factor.id })).data).toEqual({ id: factor.id });
    expect((await auth.mfa.unenroll({ factorId: factor.id })).error).toMatchObject({
      message: 'Factor not found',
      status: 404,
      code: 'mfa_factor_not_found',
    });
    await auth.refreshSession();
    expect((await auth.mfa.getAuthenticatorAssuranceLevel()).data?.nextLevel).toBe('aal1');
  });

  it('needs a name of its own', async () => {
    const person = await signUp();
    await enroll(person, 'same');
    const again = await person.supabase.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'same' });
    expect(again.error).toMatchObject({ status: 422, code: 'mfa_factor_name_conflict' });
  });
});
