/** The phone as second factor (ConnectBest 1.10 and, additive, confirming it and giving it up). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { inBackground } from '../../_shared/background.ts';
import { confirming, signedIn } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Phone, SixDigits } from '../../_shared/schemas.ts';
import { visitorOf } from '../../_shared/visitor.ts';
import { updateAccount } from '../core/accounts.ts';
import { confirm, disable, enablePhone, resume } from '../core/second-factor.ts';
import type { Deps } from '../deps.ts';
import { Tokens, toTokens } from '../dialects/connectbest/tokens.ts';
import { doneSaying } from '../dialects/connectbest/values.ts';
import { secondFactorMail } from '../mails.ts';
import { sendMail } from '../send-mail.ts';

const enabled = doneSaying('2FA enabled. Verification code sent to phone');
const disabled = doneSaying('2FA disabled');

const tooMany = { 429: 'Too many codes were asked for or tried' };
const unconfirmed = 'The account is suspended, or the present second factor has to be confirmed first';

const enable = createRoute({
  ...signedIn,
  method: 'post',
  path: '/2fa/enable',
  operationId: 'enableSecondFactor',
  summary: 'Make a phone the second factor',
  description:
    'Sends it a code, good for five minutes. Every login asks for one from now on; once a code has been confirmed, by 2fa/verify or a login, no token without it opens anything.',
  tags: ['Authentication'],
  request: jsonBody(z.object({ phone: Phone })),
  responses: {
    200: jsonAnswer('Enabled', enabled.schema),
    ...errorAnswers({ 403: unconfirmed, ...tooMany }),
  },
});

const verification = createRoute({
  ...confirming,
  method: 'post',
  path: '/2fa/verify',
  operationId: 'verifySecondFactor',
  summary: 'Additive: confirm the second factor with the code that was sent',
  description:
    'Answers with new tokens, which stand for the confirmed session; the ones before open nothing any more.',
  tags: ['Authentication'],
  request: jsonBody(z.object({ code: SixDigits })),
  responses: {
    200: jsonAnswer('Confirmed', Tokens.extend({ success: z.literal(true) })),
    ...errorAnswers({
      400: [
        'The code is wrong, used, replaced or over five minutes old, or there is no second factor',
        'invalid_code',
        'second_factor_missing',
      ],
      ...tooMany,
    }),
  },
});

const disabling = createRoute({
  ...signedIn,
  method: 'post',
  path: '/2fa/disable',
  operationId: 'disableSecondFactor',
  summary: 'Additive: give up the second factor',
  tags: ['Authentication'],
  responses: { 200: jsonAnswer('Disabled', disabled.schema), ...errorAnswers({ 403: unconfirmed }) },
});

export function secondFactorRoutes(deps: Deps) {
  const { supabase, appName } = deps;
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(enable, async (c) => {
      const { phone } = c.req.valid('json');
      const { token } = c.var.caller;
      const visitor = visitorOf(c, deps);
      const user = await resume(visitor, token);
      await enablePhone(visitor, user, phone);
      await updateAccount(supabase.asCaller(token), { phone });
      inBackground(sendMail(c, deps, user.email ?? '', secondFactorMail(appName, true)));
      return c.json(enabled.answer, 200);
    })
    .openapi(verification, async (c) => {
      const visitor = visitorOf(c, deps);
      const user = await resume(visitor, c.var.token);
      const tokens = await confirm(supabase, visitor, user, c.req.valid('json').code);
      return c.json({ success: true, ...toTokens(tokens) } as const, 200);
    })
    .openapi(disabling, async (c) => {
      const visitor = visitorOf(c, deps);
      const user = await resume(visitor, c.var.caller.token);
      await disable(visitor, user);
      inBackground(sendMail(c, deps, user.email ?? '', secondFactorMail(appName, false)));
      return c.json(disabled.answer, 200);
    });
}
