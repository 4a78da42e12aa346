/** Mails to suspended people: sent with the suspension, and again when the worker calls because a mail server was down. */
import type { Context } from 'hono';
import { ApiError } from '../_shared/errors.ts';
import { report } from '../_shared/log.ts';
import { run } from '../_shared/supabase.ts';
import type { Deps } from './deps.ts';
import { suspensionMail } from './mails.ts';

interface Suspension {
  user_id: string;
  email: string;
  reason: string;
}

/** Whether it was sent; if not, it is tried again later. */
export async function tellSuspended(
  c: Context,
  { mail, supabase, appName }: Deps,
  { user_id, email, reason }: Suspension,
): Promise<boolean> {
  try {
    await mail.send(email, suspensionMail(appName, reason));
    await run('note the mail', supabase.asServer().rpc('settle_suspension_mail', { user_id }));
    return true;
  } catch (cause) {
    report(c, { code: 'mail_not_sent', cause });
    return false;
  }
}

/** For the worker: Postgres lets the key above every rule have the list, and nobody else. */
export const suspensionMailsHook = (deps: Deps) => async (c: Context) => {
  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  if (!token) throw new ApiError('forbidden', 403, 'unable to send mails; only the worker may ask for it');
  const due = await run('send mails', deps.supabase.asCaller(token).rpc('claim_suspension_mails'));
  const sent = await Promise.all(due.map((suspension) => tellSuspended(c, deps, suspension)));
  return c.json({ claimed: due.length, sent: sent.filter(Boolean).length });
};
