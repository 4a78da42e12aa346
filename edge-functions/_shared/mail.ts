/** How a function sends mail: through Resend when it has a key for it, through an SMTP server otherwise. */
import { createTransport } from 'nodemailer';
import { Resend } from 'resend';
import type { MailSettings } from './env.ts';

export interface Mail {
  subject: string;
  text: string;
  html: string;
}

export interface Mailer {
  /** Resolves when the mail is accepted for delivery. @throws MailError */
  send(to: string, mail: Mail): Promise<void>;
}

/** Why a mail was not taken, in words that name neither its receiver nor what it says. */
export class MailError extends Error {}

/** Tells other machines that nobody reads an answer. */
const HEADERS = { 'Auto-Submitted': 'auto-generated' };

const PATIENCE = 10_000;

export function connectMail(settings: MailSettings): Mailer {
  return settings.resendApiKey === undefined
    ? smtpMailer(settings)
    : resendMailer(settings, settings.resendApiKey);
}

function resendMailer({ sender }: MailSettings, apiKey: string): Mailer {
  const resend = new Resend(apiKey);
  const from = `"${sender.name.replaceAll(/["\\]/g, '')}" <${sender.address}>`;
  return {
    async send(to, mail) {
      const { error } = await resend.emails.send({ from, to, headers: HEADERS, ...mail });
      if (error) throw new MailError(`Resend: ${error.name} (${error.statusCode ?? 'no answer'})`);
    },
  };
}

/** Hosted functions cannot reach the ports 25, 465 and 587: there it is Resend, or a server on port 2525. */
function smtpMailer({ sender, smtp: { host, port, user, password } }: MailSettings): Mailer {
  const secure = port === 465;
  const transport = createTransport({
    host,
    port,
    secure,
    // A password never crosses the network in the clear.
    ...(user && { auth: { user, pass: password }, requireTLS: !secure }),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(to, mail) {
      try {
        await transport.sendMail({ from: sender, to, headers: HEADERS, ...mail });
      } catch (error) {
        const { code, responseCode } = error as { code?: string; responseCode?: number };
        throw new MailError(`SMTP: ${code ?? 'failed'} (${responseCode ?? 'no answer'})`);
      }
    },
  };
}
