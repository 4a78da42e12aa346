/** Sends a mail without failing what it tells of. */
import type { Context } from 'hono';
import { report } from '../_shared/log.ts';
import type { Mail } from '../_shared/mail.ts';
import type { Deps } from './deps.ts';

/** Whether it was accepted for delivery; why not stands in the log. */
export async function sendMail(c: Context, { mail }: Deps, address: string, content: Mail): Promise<boolean> {
  // Accounts made with a username only have an address that receives nothing.
  if (address === '' || address.endsWith('.invalid')) return false;
  try {
    await mail.send(address, content);
    return true;
  } catch (cause) {
    report(c, { code: 'mail_not_sent', cause });
    return false;
  }
}
