/** How a function sends messages to phones: through Twilio when it has an account, else into a mail box for development. */
import type { SmsSettings } from './env.ts';
import type { Mailer } from './mail.ts';

export interface SmsSender {
  /** Resolves when the message is accepted for delivery. @throws SmsError */
  send(phone: string, text: string): Promise<void>;
}

/** Why a message was not taken, in words that name neither its receiver nor what it says. */
export class SmsError extends Error {}

const PATIENCE = 4000;

export function connectSms({ twilio, mailboxDomain }: SmsSettings, mail: Mailer): SmsSender {
  if (twilio) return twilioSender(twilio);
  return {
    async send(phone, text) {
      if (mailboxDomain === undefined) throw new SmsError('neither Twilio nor a mail box is configured');
      await mail.send(`${phone}@${mailboxDomain}`, { subject: 'SMS', text, html: `<p>${text}</p>` });
    },
  };
}

function twilioSender({ url, accountSid, authToken, sender }: NonNullable<SmsSettings['twilio']>): SmsSender {
  // Services that choose among numbers have ids like MG….
  const from = sender.startsWith('MG') ? { MessagingServiceSid: sender } : { From: sender };
  return {
    async send(phone, text) {
      const answer = await fetch(`${url}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
        body: new URLSearchParams({ To: phone, ...from, Body: text }),
        signal: AbortSignal.timeout(PATIENCE),
      }).catch((cause: unknown) => {
        throw new SmsError('Twilio: no answer', { cause });
      });
      if (answer.ok) return;
      const { code } = (await answer.json().catch(() => ({}))) as { code?: number };
      throw new SmsError(`Twilio: ${code ?? 'refused'} (${answer.status})`);
    },
  };
}
