/** Sends the server's mails, over SMTP or through the project's hook. */
import { createTransport, type Transporter } from 'nodemailer';
import type { Config, TemplateName } from './config.ts';
import type { Json, UserRow } from './database.ts';
import { AuthError, unexpected } from './errors.ts';
import { callHook } from './hooks.ts';
import type { Service } from './service.ts';
import { presentUser } from './users.ts';

export interface Letter {
  template: TemplateName;
  to: string;
  code: string;
  /** Hash of the code; empty where there is no link. */
  hash: string;
  /** What the link verifies. */
  type: string;
  redirectTo: string;
  newEmail?: string | undefined;
}

const SUBJECTS: Record<TemplateName, string> = {
  confirmation: 'Confirm your address',
  recovery: 'Reset your password',
  magic_link: 'Your sign-in link',
  email_change: 'Confirm your new address',
  invite: 'You have been invited',
  reauthentication: 'Your code',
};

const TEXTS: Record<TemplateName, string> = {
  confirmation: 'Follow this link to confirm your address:',
  recovery: 'Follow this link to choose a new password:',
  magic_link: 'Follow this link to sign in:',
  email_change: 'Follow this link to confirm the change of your address to {{ .NewEmail }}:',
  invite: 'You have been invited to {{ .SiteURL }}. Follow this link to accept:',
  reauthentication: '',
};

const CODE = '<p>Your code is {{ .Token }}.</p>';
const builtIn = (name: TemplateName) =>
  TEXTS[name]
    ? `<p>${TEXTS[name]}</p><p><a href="{{ .ConfirmationURL }}">{{ .ConfirmationURL }}</a></p>${CODE}`
    : CODE;

/** Counts the mail, so that one server cannot flood anybody. */
export function takeMail({ config, limits }: Service): void {
  limits.take(
    'mail',
    config.email.perHour,
    () => new AuthError(429, 'over_email_send_rate_limit', 'email rate limit exceeded'),
  );
}

/** The link that a letter carries. */
export function linkOf(config: Config, letter: Pick<Letter, 'hash' | 'type' | 'redirectTo'>): string {
  if (!letter.hash) return '';
  const query = new URLSearchParams({
    token: letter.hash,
    type: letter.type,
    redirect_to: letter.redirectTo,
  });
  const { links } = config.email;
  const address =
    letter.type === 'signup'
      ? links.confirmation
      : letter.type === 'invite'
        ? links.invite
        : letter.type === 'email_change'
          ? links.emailChange
          : links.recovery;
  return `${address}?${query}`;
}

export async function sendMail(service: Service, letter: Letter): Promise<void> {
  const { config } = service;
  const fields: Record<string, string> = {
    SiteURL: config.siteUrl,
    ConfirmationURL: linkOf(config, letter),
    Token: letter.code,
    TokenHash: letter.hash,
    RedirectTo: letter.redirectTo,
    Email: letter.to,
    NewEmail: letter.newEmail ?? '',
    SendingTo: letter.to,
  };
  const { subjects } = config.email;
  const html = fill(await template(config, letter.template), fields, escapeHtml);
  const subject = fill(subjects[letter.template] ?? SUBJECTS[letter.template], fields, String);
  try {
    await transport(config).sendMail({
      from: config.email.smtp.from,
      to: letter.to,
      subject,
      html,
      textEncoding: 'quoted-printable',
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (cause) {
    service.log('mail not sent', { reason: (cause as Error).message });
    throw unexpected(`Error sending ${letter.template.replace('_', ' ')} email`);
  }
}

export interface HookLetter {
  user: UserRow;
  action: string;
  redirectTo: string;
  code?: string;
  hash?: string;
  newCode?: string;
  newHash?: string;
  oldEmail?: string;
}

/** Leaves the mail to the project's own code; false when there is none. */
export async function mailByHook(service: Service, letter: HookLetter): Promise<boolean> {
  if (!service.config.hooks.sendEmail) return false;
  await callHook(service, 'sendEmail', {
    user: await presentUser(service.db, letter.user.id),
    email_data: {
      token: letter.code ?? '',
      token_hash: letter.hash ?? '',
      redirect_to: letter.redirectTo,
      email_action_type: letter.action,
      site_url: service.config.externalUrl,
      token_new: letter.newCode ?? '',
      token_hash_new: letter.newHash ?? '',
      old_email: letter.oldEmail ?? '',
      old_phone: '',
      provider: '',
      factor_type: '',
    } satisfies Json,
  });
  return true;
}

let shared: { key: string; transporter: Transporter } | undefined;

function transport({ email: { smtp } }: Config): Transporter {
  const key = `${smtp.host}:${smtp.port}`;
  if (shared?.key !== key) {
    const auth = smtp.user ? { auth: { user: smtp.user, pass: smtp.password } } : {};
    const options = { host: smtp.host, port: smtp.port, secure: smtp.port === 465, ...auth };
    shared = {
      key,
      transporter: createTransport({ ...options, connectionTimeout: 10_000, socketTimeout: 10_000 }),
    };
  }
  return shared.transporter;
}

const fetched = new Map<string, string>();

/** A template that cannot be fetched must not keep people out: the built-in one goes instead. */
async function template(config: Config, name: TemplateName): Promise<string> {
  const address = config.email.templates[name];
  if (!address) return builtIn(name);
  const known = fetched.get(address);
  if (known) return known;
  const url = URL.canParse(address) ? address : `${config.siteUrl}${address}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (!answer?.ok) return builtIn(name);
  const text = await answer.text();
  fetched.set(address, text);
  return text;
}

/** `{{ .Name }}` becomes its value; other expressions of Go's templates become nothing. */
const fill = (text: string, fields: Record<string, string>, shown: (value: string) => string): string =>
  text.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_, expression: string) =>
    shown(fields[expression.slice(1)] ?? ''),
  );

const escapeHtml = (value: string) =>
  value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll('&#38;', '&amp;');
