/** Verifying an address with the code that was sent to it (ConnectBest 1.3, 1.4). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { visiting } from '../../_shared/caller.ts';
import { ApiError } from '../../_shared/errors.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Email, SixDigits } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import type { Deps } from '../deps.ts';
import { doneSaying } from '../dialects/connectbest/values.ts';
import { resendCode } from '../email-codes.ts';

const verified = doneSaying('Email verified successfully');
const codeSent = doneSaying('Verification code sent');

const verify = createRoute({
  ...visiting,
  method: 'post',
  path: '/verify-email',
  operationId: 'verifyEmail',
  summary: 'Verify an address with the code from the mail',
  tags: ['Authentication'],
  request: jsonBody(z.object({ email: Email, code: SixDigits })),
  responses: {
    200: jsonAnswer('The address is verified', verified.schema),
    ...errorAnswers({
      400: [
        'A field is wrong; or the code is, or it is used, replaced, over ten minutes old or tried five times',
        'invalid_code',
      ],
    }),
  },
});

const resend = createRoute({
  ...visiting,
  method: 'post',
  path: '/resend-verification',
  operationId: 'resendVerification',
  summary: 'Send a new code, which replaces the one before',
  description:
    'At most ten codes an hour are sent to an address. The answer says nothing of whether it has an account.',
  tags: ['Authentication'],
  request: jsonBody(z.object({ email: Email })),
  responses: {
    200: jsonAnswer('Sent, if the address waits to be verified', codeSent.schema),
  },
});

export function verificationRoutes(deps: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(verify, async (c) => {
      const isVerified = await run(
        'verify the address',
        deps.supabase.asServer().rpc('verify_email', c.req.valid('json')),
      );
      if (!isVerified) {
        throw new ApiError(
          'invalid_code',
          400,
          'unable to verify the address; the code is wrong or has ended',
        );
      }
      return c.json(verified.answer, 200);
    })
    .openapi(resend, async (c) => {
      await resendCode(c, deps, c.req.valid('json').email);
      return c.json(codeSent.answer, 200);
    });
}
