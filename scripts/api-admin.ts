/** A platform admin of a test stack, for programs that try the API from the outside. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

/** Signs up somebody new with every right; the environment names the stack, as `npm run stack -- status -o env` prints it. */
export async function signUpAdmin(env: NodeJS.ProcessEnv): Promise<string> {
  const answer = await fetch(`${required(env, 'API_URL')}/functions/v1/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `admin-${randomUUID()}@example.com`,
      password: 'Correct1horse',
      name: 'Grace Hopper',
    }),
  });
  if (!answer.ok) throw new Error(`unable to sign up an admin; ${await answer.text()}`);
  const { user, token } = (await answer.json()) as { user: { id: string }; token: string };
  const db = postgres(required(env, 'DB_URL'), { max: 1, onnotice: () => {} });
  await db`update chat.accounts set role = 'admin', email_verified_at = now() where user_id = ${user.id}`;
  await db.end();
  return token;
}

export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set; export what \`npm run stack -- status -o env\` prints`);
  return value;
}
