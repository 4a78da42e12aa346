/** Registering, signing in and the own account (ConnectBest 1.1, 1.2, 1.5). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AuthError, Session } from '@supabase/supabase-js';
import { signedIn } from '../../_shared/caller.ts';
import { ApiError, refused } from '../../_shared/errors.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Email, SixDigits, text } from '../../_shared/schemas.ts';
import { type ChatClient, run } from '../../_shared/supabase.ts';
import type { Deps } from '../deps.ts';
import {
  ACCOUNT_COLUMNS,
  CurrentUser,
  RegisteredUser,
  SignedInUser,
  toCurrentUser,
  toRegisteredUser,
  toSignedInUser,
} from '../dialects/connectbest/accounts.ts';
import { sendCode } from '../email-codes.ts';

const includes = (pattern: RegExp) => (value: string) => pattern.test(value);

const Password = text({ min: 8 })
  .refine(includes(/\p{Lu}/u), 'must include an uppercase letter')
  .refine(includes(/\p{Ll}/u), 'must include a lowercase letter')
  .refine(includes(/\p{Nd}/u), 'must include a number')
  // bcrypt reads no further.
  .refine((value) => new TextEncoder().encode(value).length <= 72, 'must have at most 72 bytes')
  .openapi({
    format: 'password',
    description: '8 characters to 72 bytes, with an uppercase letter, a lowercase letter and a number',
  });

const Registration = z.object({
  email: Email,
  password: Password,
  name: text({ min: 2, max: 80, trim: true }),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{1,14}$/, 'must have the form +491234567 (E.164)')
    .optional(),
});

const Login = z.object({
  email: text({ min: 1 }),
  password: text({ min: 1 }),
  verificationCode: SixDigits.optional(),
});

const tokens = {
  token: z.string().openapi({ description: 'JWT, seven days' }),
  refreshToken: z.string(),
};

const register = createRoute({
  method: 'post',
  path: '/register',
  summary: 'Make an account and send a code to its address',
  tags: ['Authentication'],
  request: jsonBody(Registration),
  responses: {
    201: jsonAnswer(
      'The account, signed in',
      z.object({ user: RegisteredUser, ...tokens, message: z.string() }),
    ),
    ...errorAnswers({
      400: 'A field is wrong, or the address has an account already',
      429: 'Too many requests',
      500: 'Server error',
    }),
  },
});

const login = createRoute({
  method: 'post',
  path: '/login',
  summary: 'Sign in',
  tags: ['Authentication'],
  request: jsonBody(Login),
  responses: {
    200: jsonAnswer('A new session', z.object({ user: SignedInUser, ...tokens })),
    ...errorAnswers({
      400: 'Address or password is wrong',
      401: 'The address is not verified yet',
      402: 'The second factor is missing',
      403: 'The account is suspended',
      429: 'Too many requests',
      500: 'Server error',
    }),
  },
});

const me = createRoute({
  ...signedIn,
  method: 'get',
  path: '/me',
  summary: 'The own account',
  tags: ['Authentication'],
  responses: {
    200: jsonAnswer('The own account', z.object({ user: CurrentUser })),
    ...errorAnswers({
      401: 'No token, or one that is not valid any more',
      403: 'The account is suspended',
    }),
  },
});

export function authRoutes(deps: Deps) {
  const { supabase } = deps;
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(register, async (c) => {
      const { email, password, name, phone } = c.req.valid('json');
      const { data, error } = await supabase.asVisitor().auth.signUp({
        email,
        password,
        options: { data: { name, ...(phone && { phone }) } },
      });
      const session = sessionOf('register', data.session, error);
      const account = await readAccount(supabase.asCaller(session.access_token), session.user.id);
      const isSent = await sendCode(c, deps, email);
      const message = isSent
        ? `Verification email sent to ${account.email}`
        : `Account made for ${account.email}; ask for another verification email when none comes`;
      return c.json({ user: toRegisteredUser(account), ...tokensOf(session), message }, 201);
    })
    .openapi(login, async (c) => {
      const { email, password } = c.req.valid('json');
      const visitor = supabase.asVisitor();
      const { data, error } = await visitor.auth.signInWithPassword({ email, password });
      const session = sessionOf('sign in', data.session, error);
      try {
        const account = await readAccount(supabase.asCaller(session.access_token), session.user.id);
        if (account.email_verified_at === null) {
          throw new ApiError('email_not_verified', 401, 'unable to sign in; verify the e-mail address first');
        }
        return c.json({ user: toSignedInUser(account), ...tokensOf(session) }, 200);
      } catch (cause) {
        // A refused login must not leave a session behind.
        await visitor.auth.signOut({ scope: 'local' });
        const isFactorMissing = cause instanceof ApiError && cause.code === 'second_factor_required';
        throw isFactorMissing ? cause.with({ status: 402 }) : cause;
      }
    })
    .openapi(me, async (c) => {
      const { token, id } = c.var.caller;
      return c.json({ user: toCurrentUser(await readAccount(supabase.asCaller(token), id)) }, 200);
    });
}

function sessionOf(operation: string, session: Session | null, error: AuthError | null): Session {
  if (error) throw refused(operation, error, error.status ?? 0);
  // Only a project that lets Auth ask for confirmation gets here, against supabase/config.toml.
  if (!session) throw new Error('Auth made an account without a session; turn its confirmations off');
  return session;
}

const tokensOf = (session: Session) => ({
  token: session.access_token,
  refreshToken: session.refresh_token,
});

async function readAccount(supabase: ChatClient, id: string) {
  const [account] = await run(
    'read the account',
    supabase.from('accounts').select(ACCOUNT_COLUMNS).eq('user_id', id),
  );
  if (!account) throw new ApiError('session_expired', 401, 'unable to read the account; it does not exist');
  return account;
}
