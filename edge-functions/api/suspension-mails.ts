/** Mails to suspended people: sent with the suspension, and again when the worker calls because a mail server was down. */
import type { Context } from 'hono';
import { inBackground } from '../_shared/background.ts';
import { ApiError } from '../_shared/errors.ts';
import { report } from '../_shared/log.ts';
import { type ChatClient, run } from '../_shared/supabase.ts';
import { suspendUser } from './core/admin.ts';
import type { Deps } from './deps.ts';
import { suspensionMail } from './mails.ts';

interface Suspension {
  user_id: string;
  email: string;
  reason: string;
}

interface Asked {
  c: Context;
  deps: Deps;
  /** The admin's. */
  client: ChatClient;
}

/** @throws not_an_admin, user_not_found, cannot_target_oneself, invalid_reason, last_admin */
export async function suspendAndTell(
  { c, deps, client }: Asked,
  { userId, reason }: { userId: string; reason: string },
): Promise<void> {
  const email = await suspendUser(client, userId, reason);
  if (email === undefined) return;
  inBackground(tellSuspended(c, deps, { user_id: userId, email, reason: reason.trim() }));
}

/** Whether it was sent; if not, it is tried again later. */
async function tellSuspended(
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
