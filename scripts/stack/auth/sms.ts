/** Sends codes to phones through the project's hook. */
import { audit } from './audit.ts';
import { hashCode, keepCode, newCode } from './codes.ts';
import { type UserRow, updateUser } from './database.ts';
import { AuthError } from './errors.ts';
import { callHook } from './hooks.ts';
import { requirePause } from './limits.ts';
import type { Service } from './service.ts';
import { presentUser } from './users.ts';

const COLUMNS = {
  confirmation: { token: 'confirmation_token', sentAt: 'confirmation_sent_at' },
  phone_change: { token: 'phone_change_token', sentAt: 'phone_change_sent_at' },
  reauthentication: { token: 'reauthentication_token', sentAt: 'reauthentication_sent_at' },
} as const;

/** Sends a code to a number and keeps what recognises it. */
export async function sendSmsCode(
  service: Service,
  user: UserRow,
  phone: string,
  kind: keyof typeof COLUMNS,
): Promise<void> {
  const { config, db } = service;
  const { token, sentAt } = COLUMNS[kind];
  requirePause(user[sentAt], config.phone.minSecondsBetween, 'over_sms_send_rate_limit');
  const code = config.phone.testCodes[phone] ?? newCode(config.phone.otpLength);
  if (kind === 'phone_change') await updateUser(db, user.id, { phone_change: phone });
  if (!config.phone.testCodes[phone]) {
    takeSms(service);
    await sendSms(service, user, phone, code);
  }
  const hash = hashCode(phone, code);
  await updateUser(db, user.id, {
    [token]: hash,
    [sentAt]: new Date(),
  });
  await keepCode(db, user.id, token, phone, hash);
}

/** Second factors are not counted: they must not fail because of what others have asked for. */
function takeSms({ config, limits }: Service): void {
  limits.take(
    'sms',
    config.phone.perHour,
    () => new AuthError(429, 'over_sms_send_rate_limit', 'SMS rate limit exceeded'),
  );
}

export async function sendSms(
  service: Service,
  user: UserRow,
  phone: string,
  code: string,
  more: { sms_type?: string } = {},
): Promise<void> {
  const { config } = service;
  if (!config.hooks.sendSms) {
    throw new AuthError(422, 'sms_send_failed', 'Error sending sms: no send SMS hook is configured');
  }
  await callHook(service, 'sendSms', {
    user: await presentUser(service.db, user.id),
    sms: { otp: code, phone, ...more },
  });
}

export async function requestConfirmation(service: Service, user: UserRow, phone: string): Promise<void> {
  await audit(service.db, user, 'user_confirmation_requested', { provider: 'phone' });
  await sendSmsCode(service, user, phone, 'confirmation');
}
