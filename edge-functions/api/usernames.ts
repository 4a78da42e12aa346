/** Accounts by username and password, as four of the documents have them. */
import { z } from '@hono/zod-openapi';
import { inBackground } from '../_shared/background.ts';
import type { Reason } from '../_shared/http.ts';
import { absent, Email, SixDigits, text } from '../_shared/schemas.ts';
import type { Tokens } from '../_shared/supabase.ts';
import { originOf, visitorOf } from '../_shared/visitor.ts';
import { type AccountRow, addressOfUsername, changePerson, register, signIn } from './core/accounts.ts';
import { changePassword, checkNewPassword } from './core/passwords.ts';
import type { Ask } from './dialect.ts';
import { countLogin } from './login.ts';
import { passwordChangedMail } from './mails.ts';
import { sendMail } from './send-mail.ts';

/** Capitals become small: `Ada` and `ada` are one person. */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .openapi({ description: '2 to 32 of a-z, 0-9, dot, dash and underscore', example: 'ada' });

/** No longer than what bcrypt reads; Auth has the last word on what is too weak. */
export const NewPassword = text({ min: 1 })
  .refine((value) => new TextEncoder().encode(value).length <= 72, 'must have at most 72 bytes')
  .openapi({ format: 'password', description: '8 characters to 72 bytes', example: 'Correct1horse' });

export const Registration = z.object({
  username: Username,
  password: NewPassword,
  email: absent(Email.optional()),
});

export const Login = z.object({
  username: text({ min: 1, max: 255, trim: true })
    .toLowerCase()
    .openapi({ description: 'Or, additive, the e-mail address', example: 'ada' }),
  password: text({ min: 1 }).openapi({ format: 'password', example: 'Correct1horse' }),
  verificationCode: absent(SixDigits.optional()).openapi({
    description: 'Additive: of the second factor, when it is asked for',
  }),
});

/** What signing in answers in all four. */
export const Session = z.object({
  token: z
    .string()
    .openapi({ description: 'JWT, seven days', example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2ln' }),
  refreshToken: z.string().openapi({
    description:
      'Additive: gives another pair of tokens once, within 30 days, at /functions/v1/api/auth/refresh',
    example: 'q7x3vkd2m5wz',
  }),
  user: z.object({ id: z.guid(), username: z.string() }),
});

export const LoginChange = z.object({
  username: absent(Username.optional()),
  password: absent(NewPassword.optional()),
});

export const SomeLoginChange = LoginChange.refine(
  ({ username, password }) => (username ?? password) !== undefined,
  { path: ['username'], error: 'is missing, and so is password' },
);

export const signUpErrors = {
  400: [
    'A field is wrong, or taken',
    ...['username_taken', 'invalid_username', 'user_already_exists', 'weak_password'],
  ],
} satisfies Record<number, Reason>;

export const signInErrors = {
  401: ['Username or password is wrong', 'invalid_credentials'],
  402: ['The second factor is missing; its code was sent', 'second_factor_required'],
  403: ['Suspended', 'account_suspended'],
} satisfies Record<number, Reason>;

/** Our errors about accounts with the statuses and fields of these documents, for `translator`. */
export const ACCOUNT_STATUSES = {
  invalid_credentials: 401,
  invalid_username: 400,
  user_already_exists: 400,
  username_taken: 400,
  weak_password: 400,
};
export const ACCOUNT_FIELDS = {
  invalid_username: 'username',
  user_already_exists: 'email',
  username_taken: 'username',
  weak_password: 'password',
};

type Visit<Body> = Pick<Ask<unknown, unknown, Body>, 'c' | 'deps' | 'body'>;

export async function signUpByName({ c, deps, body }: Visit<z.output<typeof Registration>>) {
  const { username, password, email } = body;
  const visitor = visitorOf(c, deps);
  const { account, tokens } = await register(deps.supabase, visitor, {
    email,
    password,
    username,
    name: username,
  });
  return toSession(account, tokens);
}

export async function signInByName({ c, deps, body }: Visit<z.output<typeof Login>>) {
  const { username, password, verificationCode: code } = body;
  const { account, tokens } = await countLogin(c, username, async () => {
    const isByAddress = username.includes('@');
    const email = isByAddress ? username : await addressOfUsername(deps.supabase, username);
    return signIn(deps.supabase, visitorOf(c, deps), {
      email,
      password,
      code,
      isByAddress,
      origin: originOf(c, deps),
    });
  });
  return toSession(account, tokens);
}

const toSession = ({ id, username }: AccountRow, tokens: Tokens): z.infer<typeof Session> => ({
  token: tokens.access_token,
  refreshToken: tokens.refresh_token,
  user: { id, username },
});

/**
 * Changes what somebody signs in with and their picture, as far as it is given, and ends the other sessions with the password. Auth sets
 * that in a transaction of its own, so all that Postgres may refuse is asked for before.
 */
export async function changeLogin(
  {
    c,
    deps,
    client,
    body,
  }: Pick<Ask<unknown, unknown, z.output<typeof LoginChange>>, 'c' | 'deps' | 'client' | 'body'>,
  userId: string,
  picture?: string,
) {
  const { username, password } = body;
  if (password !== undefined) {
    const profile = await checkNewPassword(client, userId, { username, picture });
    const email = await changePassword(visitorOf(c, deps), c.var.caller?.token ?? '', password);
    inBackground(sendMail(c, deps, email, passwordChangedMail(deps.appName)));
    if ((username ?? picture) === undefined) return profile;
  }
  return changePerson(client, userId, { username, picture });
}
