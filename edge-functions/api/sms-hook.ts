/** Sends the codes of second factors to phones: Auth's Send SMS hook (config.toml, [auth.hook.send_sms]). */
import type { Context } from 'hono';
import { z } from 'zod';
import { ApiError } from '../_shared/errors.ts';
import { report } from '../_shared/log.ts';
import { run } from '../_shared/supabase.ts';
import { isSigned } from '../_shared/webhooks.ts';
import type { Deps } from './deps.ts';

const Call = z.object({
  user: z.object({ id: z.guid() }),
  sms: z.object({ otp: z.string(), phone: z.string() }),
});

export const sendSmsHook = (deps: Deps) => async (c: Context) => {
  const body = await c.req.text();
  if (!(await isSigned(deps.smsHookSecrets, c.req.raw.headers, body))) {
    throw new ApiError('forbidden', 403, 'unable to send a message; only Auth may ask for it');
  }
  const { user, sms } = Call.parse(JSON.parse(body));
  const phone = sms.phone.startsWith('+') ? sms.phone : `+${sms.phone}`;
  try {
    await run('send the code', deps.supabase.asServer().rpc('count_sms', { user_id: user.id, phone }));
    const text = `${sms.otp} is your code for ${deps.appName}, good for 5 minutes. Give it to nobody.`;
    await deps.sms.send(phone, text);
    return c.json({});
  } catch (cause) {
    const refusal = cause instanceof ApiError && cause.status === 429 ? cause : undefined;
    if (!refusal) report(c, { code: 'sms_not_sent', cause });
    const { code, status, message } =
      refusal ?? new ApiError('service_unavailable', 503, 'unable to send the code; try again later');
    // Auth passes on status and text, and nothing else, to whoever asked for the code.
    return c.json({ error: { http_code: status, message: `${code}: ${message}` } });
  }
};
