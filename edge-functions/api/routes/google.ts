/** Signing in with Google (ConnectBest 1.9 and, additive, its start). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { visiting } from '../../_shared/caller.ts';
import { ApiError } from '../../_shared/errors.ts';
import { type Flow, type Google, newFlow } from '../../_shared/google.ts';
import { errorAnswers, refuseInvalid } from '../../_shared/http.ts';
import { run } from '../../_shared/supabase.ts';
import { visitorOf } from '../../_shared/visitor.ts';
import { signInWithGoogle } from '../core/google.ts';
import type { Deps } from '../deps.ts';

/** Binds the way back to the browser that set out: another one has no such cookie. */
const COOKIE = 'confab_google';
const SECONDS = 600;

const redirect = (description: string) => ({
  description,
  headers: z.object({ Location: z.url() }),
});

const start = createRoute({
  ...visiting,
  method: 'get',
  path: '/google',
  operationId: 'startGoogleSignIn',
  summary: 'Additive: send the browser to Google to sign in',
  tags: ['Authentication'],
  responses: {
    302: redirect('To Google'),
    ...errorAnswers({
      404: ['Google is not set up here', 'google_not_configured'],
      502: ['Google does not answer', 'google_failed'],
    }),
  },
});

/** Of printable ASCII, as RFC 6749 has it (appendix A). */
const text = z
  .string()
  .regex(/^[ -~]{0,1024}$/, 'must be at most 1,024 printable characters')
  .optional();

const callback = createRoute({
  ...visiting,
  method: 'get',
  path: '/callback/google',
  operationId: 'finishGoogleSignIn',
  summary: 'Where Google sends the browser back to',
  description:
    'Leads on to `{FRONTEND_URL}/dashboard?token={JWT}#refreshToken={token}`. `&secondFactor=required` says that the account has a second factor, whose code was sent: the token opens 2fa/verify only.',
  tags: ['Authentication'],
  request: { query: z.object({ code: text, state: text, error: text }) },
  responses: {
    302: redirect('To the dashboard, signed in'),
    ...errorAnswers({
      400: [
        'The code is missing, or the state is not that of this browser, or used; or the person said no',
        'invalid_state',
        'google_denied',
      ],
      403: [
        'The account is suspended, or Google has not verified the address',
        'account_suspended',
        'google_address_not_verified',
      ],
      404: ['Google is not set up here', 'google_not_configured'],
      502: ['Google does not confirm the sign-in', 'google_failed'],
    }),
  },
});

export function googleRoutes(deps: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(start, async (c) => {
      const flow = newFlow();
      const address = await requireGoogle(deps).addressFor(flow);
      setCookie(c, COOKIE, Object.values(flow).join('.'), {
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        secure: deps.urls.gateway.startsWith('https:'),
        maxAge: SECONDS,
      });
      return c.redirect(address, 302);
    })
    .openapi(callback, async (c) => {
      const google = requireGoogle(deps);
      const { code, state, error } = c.req.valid('query');
      const flow = await takeFlow(c, deps, state);
      if (error === 'access_denied') {
        throw new ApiError('google_denied', 400, 'unable to sign in; you did not agree to it at Google');
      }
      if (error !== undefined) {
        throw new ApiError('google_failed', 502, 'unable to sign in; Google does not confirm who you are', {
          cause: error,
        });
      }
      if (!code) throw wrong('invalid_input', 'code', 'is missing');
      const { tokens, isFactorMissing } = await signInWithGoogle(deps.supabase, visitorOf(c, deps), google, {
        code,
        flow,
      });
      const dashboard = new URL(`${deps.urls.frontend}/dashboard`);
      dashboard.searchParams.set('token', tokens.access_token);
      if (isFactorMissing) dashboard.searchParams.set('secondFactor', 'required');
      dashboard.hash = `refreshToken=${tokens.refresh_token}`;
      c.header('Referrer-Policy', 'no-referrer');
      return c.redirect(dashboard.href, 302);
    });
}

function requireGoogle({ google }: Deps): Google {
  if (google) return google;
  throw new ApiError('google_not_configured', 404, 'unable to sign in; Google is not set up here');
}

/** The flow that this browser set out with, once. */
async function takeFlow(c: Context, { supabase }: Deps, given: string | undefined): Promise<Flow> {
  const [state = '', verifier = '', nonce = ''] = getCookie(c, COOKIE)?.split('.') ?? [];
  deleteCookie(c, COOKIE, { path: '/' });
  if (!state || !nonce || given !== state)
    throw wrong('invalid_state', 'state', 'is not that of this browser');
  const isNew = await run('sign in', supabase.asServer().rpc('claim_oauth_state', { state }));
  if (!isNew) throw wrong('invalid_state', 'state', 'was used before');
  return { state, verifier, nonce };
}

const wrong = (errorCode: string, field: string, message: string) =>
  new ApiError(errorCode, 400, `unable to sign in; ${field} ${message}`, { details: [{ field, message }] });
