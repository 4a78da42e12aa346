import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { PASSWORD, uniqueEmail } from '../../helpers/people.ts';
import { call, expectError } from '../api.ts';
import { codesTo, mailsTo } from '../mailbox.ts';

afterAll(() => database.end());

const verify = (json: unknown) => call('POST', '/api/auth/verify-email', { json });
const resend = (json: unknown) => call('POST', '/api/auth/resend-verification', { json });
const login = (email: string) => call('POST', '/api/auth/login', { json: { email, password: PASSWORD } });
const register = (email: string) =>
  call<{ token: string }>('POST', '/api/auth/register', { json: { email, password: PASSWORD, name: 'Ada' } });

const VERIFIED = { status: 200, body: { success: true, message: 'Email verified successfully' } };
const SENT = { status: 200, body: { success: true, message: 'Verification code sent' } };

/** Somebody who has just registered, with the code from the mail. */
async function newcomer(): Promise<{ email: string; code: string; token: string }> {
  const email = uniqueEmail('newcomer');
  const { body } = await register(email);
  const [code = ''] = await codesTo(email);
  return { email, code, token: body.token };
}

const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const isVerified = async (email: string) =>
  (await database`select from chat.accounts where email = ${email} and email_verified_at is not null`)
    .length > 0;

describe('POST /api/auth/register', () => {
  it('effect: sends a six-digit code to the address and says so', async () => {
    const email = uniqueEmail('newcomer');
    const answer = await register(email);
    expect(answer).toMatchObject({
      status: 201,
      body: { message: `Verification email sent to ${email}`, user: { emailVerified: false } },
    });
    expect(await codesTo(email)).toEqual([expect.stringMatching(/^\d{6}$/)]);
  });

  it('effect: sends it to the address in small letters, as the account has it', async () => {
    const email = uniqueEmail('newcomer');
    const answer = await register(email.toUpperCase());
    expect(answer.body).toMatchObject({ message: `Verification email sent to ${email}`, user: { email } });
    // The mail server has taken it before it shows it.
    await expect.poll(() => mailsTo(email)).toHaveLength(1);
  });

  it('effect: sends a mail with the same code as text and as HTML, which names nobody', async () => {
    const { email, code } = await newcomer();
    const [mail] = await mailsTo(email);
    expect(mail?.html).toContain(code);
    expect(mail?.subject).not.toContain(code);
    expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toContain('Ada');
    expect(mail?.headers['auto-submitted']).toBe('auto-generated');
  });

  it('effect: sends nothing to an address that has an account', async () => {
    const { email } = await newcomer();
    expectError(await register(email), 400, 'user_already_exists', 'email');
    expect(await mailsTo(email)).toHaveLength(1);
  });
});

describe('POST /api/auth/verify-email', () => {
  it('success: verifies the address, so that its owner can sign in', async () => {
    const { email, code, token } = await newcomer();
    expectError(await login(email), 401, 'email_not_verified');
    expect(await verify({ email, code })).toMatchObject(VERIFIED);
    expect((await login(email)).status).toBe(200);
    expect((await call('GET', '/api/auth/me', { token })).body).toMatchObject({
      user: { emailVerified: true },
    });
  });

  it('success: takes the address in any case of letters', async () => {
    const { email, code } = await newcomer();
    expect(await verify({ email: email.toUpperCase(), code })).toMatchObject(VERIFIED);
  });

  it('effect: deletes the code', async () => {
    const { email, code } = await newcomer();
    await verify({ email, code });
    expect(await database`select from chat_private.one_time_codes where email = ${email}`).toHaveLength(0);
  });

  it('error: refuses a wrong code and lets the right one follow', async () => {
    const { email, code } = await newcomer();
    expectError(await verify({ email, code: wrong(code) }), 400, 'invalid_code', 'code');
    expect(await isVerified(email)).toBe(false);
    expect(await verify({ email, code })).toMatchObject(VERIFIED);
  });

  it('error: refuses a code that is used', async () => {
    const { email, code } = await newcomer();
    await verify({ email, code });
    expectError(await verify({ email, code }), 400, 'invalid_code', 'code');
  });

  it('error: refuses a code after its ten minutes', async () => {
    const { email, code } = await newcomer();
    await database`update chat_private.one_time_codes set expires_at = now() where email = ${email}`;
    expectError(await verify({ email, code }), 400, 'invalid_code', 'code');
    expect(await isVerified(email)).toBe(false);
  });

  it('limit: refuses the right code after five wrong ones, also when all come at once', async () => {
    const { email, code } = await newcomer();
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify({ email, code: wrong(code) })));
    for (const answer of answers) expectError(answer, 400, 'invalid_code', 'code');
    expectError(await verify({ email, code }), 400, 'invalid_code', 'code');
    expect(await isVerified(email)).toBe(false);
  });

  it('limit: takes a code once when it comes twice at the same time', async () => {
    const { email, code } = await newcomer();
    const answers = await Promise.all([verify({ email, code }), verify({ email, code })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('error: refuses the code of somebody else', async () => {
    const [ada, bob] = [await newcomer(), await newcomer()];
    const answer = await verify({
      email: ada.email,
      code: bob.code === ada.code ? wrong(bob.code) : bob.code,
    });
    expectError(answer, 400, 'invalid_code', 'code');
  });

  it('error: answers an unknown address like a wrong code', async () => {
    const { email, code } = await newcomer();
    const known = await verify({ email, code: wrong(code) });
    expect(await verify({ email: uniqueEmail('nobody'), code })).toMatchObject({
      status: known.status,
      body: known.body,
    });
  });

  it.each([
    ['email', { code: '123456' }],
    ['email', { email: 'nobody', code: '123456' }],
    ['email', { email: null, code: '123456' }],
    ['code', { email: 'ada@example.com' }],
    ['code', { email: 'ada@example.com', code: 123456 }],
    ['code', { email: 'ada@example.com', code: '12345' }],
    ['code', { email: 'ada@example.com', code: '1234567' }],
    ['code', { email: 'ada@example.com', code: '12345a' }],
    ['code', { email: 'ada@example.com', code: '١٢٣٤٥٦' }],
  ])('error: names %s when it is wrong (%o)', async (field, body) => {
    expectError(await verify(body), 400, 'invalid_input', field);
  });
});

describe('POST /api/auth/resend-verification', () => {
  it('success: sends a new code, which replaces the one before and has ten minutes of its own', async () => {
    const { email, code: old } = await newcomer();
    await database`update chat_private.one_time_codes set expires_at = now() where email = ${email}`;
    expect(await resend({ email })).toMatchObject(SENT);
    const [, code = ''] = await codesTo(email, 2);
    if (code !== old) expectError(await verify({ email, code: old }), 400, 'invalid_code', 'code');
    expect(await verify({ email, code })).toMatchObject(VERIFIED);
  });

  it('effect: answers an unknown and a verified address the same and sends them nothing', async () => {
    const { email, code } = await newcomer();
    const nobody = uniqueEmail('nobody');
    await verify({ email, code });
    expect(await resend({ email })).toMatchObject(SENT);
    expect(await resend({ email: nobody })).toMatchObject(SENT);
    // Mail that would be wrong is under way when one that is right, asked for later, has come.
    const later = await newcomer();
    expect(await mailsTo(later.email)).toHaveLength(1);
    expect(await mailsTo(email)).toHaveLength(1);
    expect(await mailsTo(nobody)).toHaveLength(0);
  });

  it('limit: sends ten codes an hour to one address and answers as before', async () => {
    const { email } = await newcomer();
    const answers = await Promise.all(Array.from({ length: 11 }, () => resend({ email })));
    for (const answer of answers) expect(answer).toMatchObject(SENT);
    await codesTo(email, 10);
  });

  it.each([[{}], [{ email: 'nobody' }], [{ email: 7 }], [{ email: 'ada@users.confab.invalid' }]])(
    'error: names the address when it is wrong: %o',
    async (body) => {
      expectError(await resend(body), 400, 'invalid_input', 'email');
    },
  );
});
