/** Asks the project's own code: a function of the database or an HTTP endpoint. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Hook, HookName } from './config.ts';
import type { Json } from './database.ts';
import { AuthError, unexpected } from './errors.ts';
import type { Service } from './service.ts';

/** What the hook itself refused, as opposed to a hook that does not work. */
export class HookRefusal extends AuthError {
  constructor(status: number, message: string) {
    super(status, 'unknown', message);
  }
}

const SECONDS = 5;

/** As the hooks call themselves where that is not their setting's name. */
const NAMES: Partial<Record<HookName, string>> = {
  customAccessToken: 'customize-access-token',
  passwordVerificationAttempt: 'password-verification',
  mfaVerificationAttempt: 'mfa-verification',
};
const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Calls a hook and gives its answer; a refusal becomes an error of the request. */
export async function callHook(service: Service, name: HookName, fields: Json): Promise<Json> {
  const hook = service.config.hooks[name];
  if (!hook) return {};
  const payload = { metadata: metadata(NAMES[name] ?? dashed(name), service.client.ip), ...fields };
  const answer =
    hook.uri.protocol === 'pg-functions:'
      ? await callFunction(service, hook, payload)
      : await post(hook, payload);
  const { error } = answer as { error?: { http_code?: number; message?: string } };
  if (error?.message) throw new HookRefusal(error.http_code || 500, error.message);
  return answer;
}

/** What hooks are told of the call itself. */
const metadata = (name: string, ip: string): Json => ({
  uuid: randomUUID(),
  time: new Date().toISOString(),
  name,
  ip_address: ip,
});

async function callFunction({ db }: Service, hook: Hook, payload: Json): Promise<Json> {
  const [schema = '', name = ''] = hook.uri.pathname.split('/').filter(Boolean);
  const [row] = await db`select ${db(`${schema}.${name}`)}(${db.json(payload as never)}) as answer`;
  return (row?.answer ?? {}) as Json;
}

/** As the Standard Webhooks specification signs its calls. */
async function post(hook: Hook, payload: Json): Promise<Json> {
  const id = randomUUID();
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const body = JSON.stringify(payload);
  const signatures = hook.secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^v1,whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  const response = await fetch(hook.uri, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Go-http-client/1.1',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(', '),
    },
    body,
    signal: AbortSignal.timeout(SECONDS * 1000),
  }).catch(() => {
    throw unexpected(`Failed to reach hook within maximum time of ${SECONDS}.000000 seconds`);
  });
  const text = await response.text();
  if (response.status === 400) throw unexpected('Invalid payload sent to hook');
  if (!response.ok) throw unexpected(`Unexpected status code returned from hook: ${response.status}`);
  try {
    return text ? (JSON.parse(text) as Json) : {};
  } catch {
    throw unexpected('Error unmarshaling JSON output.');
  }
}
