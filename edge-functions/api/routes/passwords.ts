/** Choosing a new password when the old one is forgotten (ConnectBest 1.7, 1.8). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { inBackground } from '../../_shared/background.ts';
import { visiting } from '../../_shared/caller.ts';
import { ApiError } from '../../_shared/errors.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Email, Password, text } from '../../_shared/schemas.ts';
import { issueResetToken, resetPassword } from '../core/passwords.ts';
import type { Deps } from '../deps.ts';
import { doneSaying } from '../dialects/connectbest/values.ts';
import { passwordChangedMail, passwordResetMail } from '../mails.ts';
import { sendMail } from '../send-mail.ts';

const linkSent = doneSaying('Password reset link sent to email');
const changed = doneSaying('Password updated successfully');

const forgotten = createRoute({
  ...visiting,
  method: 'post',
  path: '/forgot-password',
  operationId: 'requestPasswordReset',
  summary: 'Send a link with which a new password can be chosen',
  description:
    'The link is good once, for an hour, and replaces the one before; at most ten an hour are sent to an address. Neither the answer nor its time says whether the address has an account.',
  tags: ['Authentication'],
  request: jsonBody(z.object({ email: Email })),
  responses: {
    200: jsonAnswer('Sent, if the address has an account', linkSent.schema),
  },
});

const reset = createRoute({
  ...visiting,
  method: 'post',
  path: '/reset-password',
  operationId: 'resetPassword',
  summary: 'Choose a new password with the token of the link',
  description:
    'Ends every session of the account. Who has the link has the address, which counts as verified.',
  tags: ['Authentication'],
  request: jsonBody(
    z.object({
      token: text({ min: 1, max: 200 }).openapi({ example: '5f0c3e1e-52c3-4d5e-9a53-6f0f2f1e7d11' }),
      newPassword: Password,
    }),
  ),
  responses: {
    200: jsonAnswer('The password is changed', changed.schema),
    ...errorAnswers({
      400: [
        'A field is wrong; or the token is, or it is used, replaced or over an hour old',
        'invalid_token',
        'weak_password',
      ],
    }),
  },
});

export function passwordRoutes(deps: Deps) {
  const { supabase, appName, urls } = deps;
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(forgotten, async (c) => {
      const { email } = c.req.valid('json');
      const token = await issueResetToken(supabase, email);
      if (token !== null) {
        const link = `${urls.frontend}/reset-password?token=${token}`;
        inBackground(sendMail(c, deps, email, passwordResetMail(appName, link)));
      }
      return c.json(linkSent.answer, 200);
    })
    .openapi(reset, async (c) => {
      const { token, newPassword } = c.req.valid('json');
      try {
        const email = await resetPassword(supabase, token, newPassword);
        inBackground(sendMail(c, deps, email, passwordChangedMail(appName)));
      } catch (cause) {
        throw cause instanceof ApiError && cause.code === 'weak_password' ? cause.at('newPassword') : cause;
      }
      return c.json(changed.answer, 200);
    });
}
