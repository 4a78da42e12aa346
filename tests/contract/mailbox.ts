/** Reads what the stack has mailed, as MailDev keeps it. */
import { expect } from 'vitest';
import { stack } from '../helpers/stack.ts';

interface Mail {
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  from: { address: string; name: string }[];
}

/** Every mail to this address, oldest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const response = await fetch(`${stack.mailUrl}/email`);
  const mails = (await response.json()) as (Mail & { to: { address: string }[] })[];
  return mails.filter(({ to }) => to.some((receiver) => receiver.address === address));
}

/** The codes in those mails, oldest first, once there are so many. */
export async function codesTo(address: string, count = 1): Promise<string[]> {
  let mails: Mail[] = [];
  await expect
    .poll(async () => {
      mails = await mailsTo(address);
      return mails.length;
    })
    .toBe(count);
  return mails.map(({ text }) => /^\s*(\d{6})$/m.exec(text)?.[1] ?? 'no code');
}
