/** Sends the codes that verify addresses. */
import type { Context } from 'hono';
import { inBackground } from '../_shared/background.ts';
import { report } from '../_shared/log.ts';
import { run } from '../_shared/supabase.ts';
import type { Deps } from './deps.ts';
import { verificationMail } from './mails.ts';
import { sendMail } from './send-mail.ts';

/** How long an answer waits for the mail server; the mail itself may take longer. */
const PATIENCE = 3000;

/**
 * Sends a fresh code and tells whether it went out in time. It never throws: an account that is made stays made
 * when the mail server is down, as a second registration would find the address taken, and the code can be asked
 * for again.
 */
export async function sendCode(c: Context, deps: Deps, email: string): Promise<boolean> {
  const sending = issueCode(deps, email).then(
    (code) => code !== null && mailCode(c, deps, email, code),
    (cause: unknown) => {
      report(c, { code: 'code_not_issued', cause });
      return false;
    },
  );
  inBackground(sending);
  return Promise.race([sending, new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE))]);
}

/** Sends a fresh code if the address waits to be verified; whether it does shows neither in the answer nor in its time. */
export async function resendCode(c: Context, deps: Deps, email: string): Promise<void> {
  const code = await issueCode(deps, email);
  if (code !== null) inBackground(mailCode(c, deps, email, code));
}

const issueCode = ({ supabase }: Deps, email: string): Promise<string | null> =>
  run('send the code', supabase.asServer().rpc('issue_email_code', { email }));

const mailCode = (c: Context, deps: Deps, email: string, code: string): Promise<boolean> =>
  sendMail(c, deps, email, verificationMail(deps.appName, code));
