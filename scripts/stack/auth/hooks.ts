/** Asks the project's own code: a function of the database or an HTTP endpoint. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Hook } from './config.ts';
import type { Db } from './database.ts';
import { AuthError, unexpected } from './errors.ts';

/** Calls a hook and gives its answer; a refusal becomes an error of the request. */
export async function callHook(db: Db, hook: Hook, payload: object): Promise<Record<string, unknown>> {
  const answer =
    hook.uri.protocol === 'pg-functions:' ? await callFunction(db, hook, payload) : await post(hook, payload);
  const { error } = answer as { error?: { http_code?: number; message?: string } };
  if (error?.message) throw new AuthError(error.http_code ?? 500, 'unknown', error.message);
  return answer;
}

async function callFunction(db: Db, hook: Hook, payload: object): Promise<Record<string, unknown>> {
  const [schema = '', name = ''] = hook.uri.pathname.split('/').filter(Boolean);
  const [row] = await db`select ${db(`${schema}.${name}`)}(${db.json(payload as never)}) as answer`;
  return (row?.answer ?? {}) as Record<string, unknown>;
}

/** As the Standard Webhooks specification signs its calls. */
async function post(hook: Hook, payload: object): Promise<Record<string, unknown>> {
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
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
    signal: AbortSignal.timeout(5_000),
  }).catch(() => {
    throw unexpected('Failed to reach hook within maximum time of 5.000000 seconds');
  });
  if (!response.ok) throw unexpected(`Unexpected status code returned from hook: ${response.status}`);
  const text = await response.text();
  try {
    return text ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch {
    throw unexpected('Error unmarshaling JSON output.');
  }
}
