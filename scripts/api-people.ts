/** People of a test stack, for programs that try the API from the outside. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

/** Signs up somebody new; the environment names the stack, as `npm run stack -- status -o env` prints it. */
export async function signUp(env: NodeJS.ProcessEnv, role = 'user'): Promise<{ id: string; token: string }> {
  const answer = await fetch(`${required(env, 'API_URL')}/functions/v1/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `${role}-${randomUUID()}@example.com`,
      password: 'Correct1horse',
      name: 'Grace Hopper',
    }),
  });
  if (!answer.ok) throw new Error(`unable to sign up; ${await answer.text()}`);
  const { user, token } = (await answer.json()) as { user: { id: string }; token: string };
  const db = postgres(required(env, 'DB_URL'), { max: 1, onnotice: () => {} });
  await db`update chat.accounts set role = ${role}, email_verified_at = now() where user_id = ${user.id}`;
  await db.end();
  return { id: user.id, token };
}

export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set; export what \`npm run stack -- status -o env\` prints`);
  return value;
}
