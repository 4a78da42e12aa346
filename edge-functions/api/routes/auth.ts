/** Registering, signing in and the own account (ConnectBest 1.1, 1.2, 1.5). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing, visiting } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { absent, Email, Password, Phone, SixDigits, text } from '../../_shared/schemas.ts';
import { originOf, visitorOf } from '../../_shared/visitor.ts';
import { readAccount, register, signIn } from '../core/accounts.ts';
import type { Deps } from '../deps.ts';
import {
  CurrentUser,
  RegisteredUser,
  SignedInUser,
  toCurrentUser,
  toRegisteredUser,
  toSignedInUser,
} from '../dialects/connectbest/accounts.ts';
import { Tokens, toTokens } from '../dialects/connectbest/tokens.ts';
import { sendCode } from '../email-codes.ts';
import { countLogin } from '../login.ts';

const Registration = z.object({
  email: Email,
  password: Password,
  name: text({ min: 2, max: 80, trim: true }).openapi({ example: 'Ada Lovelace' }),
  phone: absent(Phone.optional()),
});

const Login = z.object({
  // No other letters than those that everybody makes lowercase alike: tries are counted by the address.
  email: Email,
  password: text({ min: 1 }).openapi({ format: 'password', example: 'Correct1horse' }),
  verificationCode: absent(SixDigits.optional()).openapi({
    description: 'Of the second factor, when it is asked for',
  }),
});

const Registered = Tokens.extend({
  user: RegisteredUser,
  message: z.string().openapi({ example: 'Verification email sent to ada@example.com' }),
});

const registration = createRoute({
  ...visiting,
  method: 'post',
  path: '/register',
  operationId: 'registerUser',
  summary: 'Make an account and send a code to its address',
  tags: ['Authentication'],
  request: jsonBody(Registration),
  responses: {
    201: jsonAnswer('The account, signed in', Registered),
    ...errorAnswers({
      400: [
        'A field is wrong, or the address has an account already',
        'user_already_exists',
        'weak_password',
        'invalid_name',
      ],
    }),
  },
});

const login = createRoute({
  ...visiting,
  method: 'post',
  path: '/login',
  operationId: 'signIn',
  summary: 'Sign in',
  description:
    'Whoever has a second factor is answered 402 and sent a code, and calls again with it. Five tries in 15 minutes for an account and an address; a good one clears them, a 402 is none.',
  tags: ['Authentication'],
  request: jsonBody(Login),
  responses: {
    200: jsonAnswer('A new session', Tokens.extend({ user: SignedInUser })),
    ...errorAnswers({
      400: ['Address, password or code is wrong', 'invalid_credentials', 'invalid_code'],
      401: ['The address is not verified yet, and no username was chosen', 'email_not_verified'],
      402: ['The second factor is missing; its code was sent', 'second_factor_required'],
      403: ['The account is suspended', 'account_suspended'],
    }),
  },
});

const me = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/me',
  operationId: 'readMe',
  summary: 'The own account',
  tags: ['Authentication'],
  responses: {
    200: jsonAnswer('The own account', z.object({ user: CurrentUser })),
  },
});

export function authRoutes(deps: Deps) {
  const { supabase } = deps;
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(registration, async (c) => {
      const { email, password, name, phone } = c.req.valid('json');
      const { account, tokens } = await register(supabase, visitorOf(c, deps), {
        email,
        password,
        name,
        phone,
      });
      const isSent = await sendCode(c, deps, email);
      const message = isSent
        ? `Verification email sent to ${account.email}`
        : `Account made for ${account.email}; ask for another verification email when none comes`;
      return c.json({ user: toRegisteredUser(account), ...toTokens(tokens), message }, 201);
    })
    .openapi(login, async (c) => {
      const { email, password, verificationCode: code } = c.req.valid('json');
      const { account, tokens } = await countLogin(c, email, () =>
        signIn(supabase, visitorOf(c, deps), {
          email,
          password,
          code,
          isByAddress: true,
          origin: originOf(c, deps),
        }),
      );
      return c.json({ user: toSignedInUser(account), ...toTokens(tokens) }, 200);
    })
    .openapi(me, async (c) => {
      const account = await readAccount(supabase.asCaller(c.var.caller.token));
      return c.json({ user: toCurrentUser(account) }, 200);
    });
}
