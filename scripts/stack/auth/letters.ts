/** The letters that carry codes: who gets which, and what is kept to recognise the answer. */
import { audit } from './audit.ts';
import { hashCode, keepCode, newCode, PKCE } from './codes.ts';
import { type UserRow, updateUser } from './database.ts';
import { requirePause } from './limits.ts';
import { mailByHook, sendMail, takeMail } from './mail.ts';
import type { Service } from './service.ts';

export interface Code {
  code: string;
  hash: string;
}

export function codeFor({ config }: Service, address: string, isPkce = false): Code {
  const code = newCode(config.email.otpLength);
  return { code, hash: (isPkce ? PKCE : '') + hashCode(address, code) };
}

function requireMailPause({ config }: Service, last: Date | null): void {
  requirePause(last, config.email.minSecondsBetween, 'over_email_send_rate_limit');
}

interface Options {
  redirectTo: string;
  isPkce?: boolean;
}

/** Asks for the confirmation of a new address. */
export async function sendConfirmation(
  service: Service,
  user: UserRow,
  { redirectTo, isPkce }: Options,
): Promise<void> {
  const { db } = service;
  const to = user.email ?? '';
  requireMailPause(service, user.confirmation_sent_at);
  const { code, hash } = codeFor(service, to, isPkce);
  await deliver(service, user, 'confirmation', 'signup', { code, hash }, redirectTo);
  await updateUser(db, user.id, { confirmation_token: hash, confirmation_sent_at: new Date() });
  await keepCode(db, user.id, 'confirmation_token', to, hash);
}

export async function sendInvite(service: Service, user: UserRow, { redirectTo }: Options): Promise<void> {
  const { db } = service;
  const to = user.email ?? '';
  const { code, hash } = codeFor(service, to);
  await deliver(service, user, 'invite', 'invite', { code, hash }, redirectTo);
  const now = new Date();
  await updateUser(db, user.id, { confirmation_token: hash, invited_at: now, confirmation_sent_at: now });
  await keepCode(db, user.id, 'confirmation_token', to, hash);
}

/** A way in without the password: to choose a new one, or just to sign in. */
export async function sendRecovery(
  service: Service,
  user: UserRow,
  kind: 'recovery' | 'magiclink',
  { redirectTo, isPkce }: Options,
): Promise<void> {
  const { db } = service;
  const to = user.email ?? '';
  requireMailPause(service, user.recovery_sent_at);
  await audit(db, user, 'user_recovery_requested');
  const { code, hash } = codeFor(service, to, isPkce);
  const template = kind === 'recovery' ? 'recovery' : 'magic_link';
  await deliver(service, user, template, kind, { code, hash }, redirectTo);
  await updateUser(db, user.id, { recovery_token: hash, recovery_sent_at: new Date() });
  await keepCode(db, user.id, 'recovery_token', to, hash);
}

export async function sendReauthentication(service: Service, user: UserRow): Promise<void> {
  const { config, db } = service;
  const to = user.email ?? '';
  requireMailPause(service, user.reauthentication_sent_at);
  const { code, hash } = codeFor(service, to);
  await deliver(service, user, 'reauthentication', 'reauthentication', { code, hash }, config.siteUrl);
  await updateUser(db, user.id, { reauthentication_token: hash, reauthentication_sent_at: new Date() });
  await keepCode(db, user.id, 'reauthentication_token', to, hash);
}

/** Asks the new address and, where changes are secured, the old one too. */
export async function sendEmailChange(
  service: Service,
  user: UserRow,
  newEmail: string,
  { redirectTo, isPkce }: Options,
): Promise<void> {
  const { config, db } = service;
  requireMailPause(service, user.email_change_sent_at);
  const fresh = codeFor(service, newEmail, isPkce);
  const asksCurrent = config.email.secureChange && Boolean(user.email);
  const current = asksCurrent ? codeFor(service, user.email ?? '', isPkce) : undefined;
  takeMail(service);
  await updateUser(db, user.id, {
    email_change: newEmail,
    email_change_token_new: fresh.hash,
    ...(current ? { email_change_token_current: current.hash } : {}),
    email_change_confirm_status: 0,
  });
  const { id } = user;
  if (current) await keepCode(db, id, 'email_change_token_current', user.email ?? '', current.hash);
  await keepCode(db, id, 'email_change_token_new', newEmail, fresh.hash);
  const byHook = await mailByHook(service, {
    user,
    action: 'email_change',
    redirectTo,
    // The hook's names are crossed: with two letters, the plain pair is for the address that is left.
    ...(current
      ? { code: current.code, hash: fresh.hash, newCode: fresh.code, newHash: current.hash }
      : { code: fresh.code, hash: fresh.hash }),
  });
  if (!byHook) {
    const letter = { template: 'email_change', type: 'email_change', redirectTo, newEmail } as const;
    if (current) await sendMail(service, { ...letter, ...current, to: user.email ?? '' });
    await sendMail(service, { ...letter, ...fresh, to: newEmail });
  }
  await updateUser(db, id, { email_change_sent_at: new Date() });
}

async function deliver(
  service: Service,
  user: UserRow,
  template: 'confirmation' | 'invite' | 'recovery' | 'magic_link' | 'reauthentication',
  type: string,
  { code, hash }: Code,
  redirectTo: string,
): Promise<void> {
  takeMail(service);
  if (await mailByHook(service, { user, action: type, redirectTo, code, hash })) return;
  // A code that is typed into the app comes without a link.
  const shown = template === 'reauthentication' ? '' : hash;
  await sendMail(service, { template, type, to: user.email ?? '', code, hash: shown, redirectTo });
}
