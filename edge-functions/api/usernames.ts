/** Accounts by username and password, as four of the documents have them. */
import { z } from '@hono/zod-openapi';
import { inBackground } from '../_shared/background.ts';
import type { Reason } from '../_shared/http.ts';
import { absent, Email, SixDigits, text } from '../_shared/schemas.ts';
import type { Tokens } from '../_shared/supabase.ts';
import { originOf, visitorOf } from '../_shared/visitor.ts';
import {
  type AccountRow,
  addressOf,
  changePerson,
  hasProvenAddress,
  isAddress,
  register,
  signIn,
} from './core/accounts.ts';
import { changeSecrets, checkNewPassword } from './core/passwords.ts';
import type { Ask } from './dialect.ts';
import { countLogin } from './login.ts';
import { passwordChangedMail } from './mails.ts';
import { sendMail } from './send-mail.ts';

/** Capitals become small: `Ada` and `ada` are one person. */
export const Username = z.string().trim().toLowerCase().openapi({
  description: '2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit',
  example: 'ada',
});

/** No longer than what bcrypt reads; Auth has the last word on what is too weak. */
export const NewPassword = text({ min: 1 })
  .refine((value) => new TextEncoder().encode(value).length <= 72, 'must have at most 72 bytes')
  .openapi({ format: 'password', description: '8 characters to 72 bytes', example: 'Correct1horse' });

export const Registration = z.object({
  username: Username,
  password: NewPassword,
  email: absent(Email.optional()),
});

export const Login = z
  .object({
    username: absent(z.string().trim().toLowerCase().max(255).optional()).openapi({
      description: 'Needed where there is no `email`; additive: may be the address as well',
      example: 'ada',
    }),
    email: absent(Email.optional()).openapi({ description: 'Additive: instead of `username`' }),
    password: text({ min: 1 }).openapi({ format: 'password', example: 'Correct1horse' }),
    verificationCode: absent(SixDigits.optional()).openapi({
      description: 'Additive: of the second factor, when it is asked for',
    }),
  })
  .refine(({ username, email }) => (username === undefined) !== (email === undefined), {
    path: ['username'],
    error: ({ input }) =>
      (input as { email?: string }).email === undefined ? 'is missing' : 'must be left out beside email',
    // Also where something else is wrong: whoever sends nothing hears of all that is missing.
    when: ({ value }) => value instanceof Object,
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

/** Beside LoginChange. */
export const NewAddress = absent(Email.optional()).openapi({
  description:
    'Another e-mail address, not verified; one that is verified stays until the link in the mail is followed',
  example: 'ada@example.com',
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
  400: ['A field is wrong', 'invalid_username'],
  401: [
    'Username or password is wrong, or the address of an account of ConnectBest is not verified',
    ...['invalid_credentials', 'email_not_verified'],
  ],
  402: ['The second factor is missing; its code was sent', 'second_factor_required'],
  403: ['Suspended', 'account_suspended'],
} satisfies Record<number, Reason>;

/** Our errors about accounts with the statuses and fields of these documents, for `translator`. */
export const ACCOUNT_STATUSES = {
  email_verified: 400,
  invalid_credentials: 401,
  invalid_username: 400,
  user_already_exists: 400,
  username_taken: 400,
  weak_password: 400,
};
export const ACCOUNT_FIELDS = {
  email_verified: 'email',
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
  const { password, verificationCode: code } = body;
  const name = body.email ?? body.username ?? '';
  const { account, tokens } = await countLogin(c, name, async () =>
    signIn(deps.supabase, visitorOf(c, deps), {
      email: await addressOf(deps.supabase, name),
      password,
      code,
      isByAddress: isAddress(name),
      origin: originOf(c, deps),
    }),
  );
  return toSession(account, tokens);
}

const toSession = ({ id, username }: AccountRow, tokens: Tokens): z.infer<typeof Session> => ({
  token: tokens.access_token,
  refreshToken: tokens.refresh_token,
  user: { id, username },
});

type Changes = z.output<typeof LoginChange> & { email?: string | undefined };

/**
 * Changes what somebody signs in with and their picture, as far as it is given, and ends the other sessions with the password. Auth sets
 * that, and addresses in place of proven ones, in a transaction of its own, so all that Postgres may refuse is asked for before.
 */
export async function changeLogin(
  { c, deps, client, body }: Pick<Ask<unknown, unknown, Changes>, 'c' | 'deps' | 'client' | 'body'>,
  userId: string,
  picture?: string,
) {
  const { username, password, email } = body;
  const isProven = email !== undefined && (await hasProvenAddress(client));
  if (password === undefined && !isProven) return changePerson(client, userId, { username, picture, email });

  const profile = await checkNewPassword(client, userId, { username, picture, email });
  const secrets = { password, email: isProven ? email : undefined };
  const address = await changeSecrets(visitorOf(c, deps), c.var.caller?.token ?? '', secrets);
  if (password !== undefined) inBackground(sendMail(c, deps, address, passwordChangedMail(deps.appName)));
  const rest = { username, picture, email: isProven ? undefined : email };
  const isDone = Object.values(rest).every((value) => value === undefined);
  return isDone ? profile : changePerson(client, userId, rest);
}
