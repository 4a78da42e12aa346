/** Direct access to the database as any actor; everything is rolled back. */
import { randomUUID } from 'node:crypto';
import postgres, { type TransactionSql } from 'postgres';
import { stack } from './stack.ts';

export type Db = TransactionSql<Record<string, never>>;

/** As the developer's role, which is above row-level security. */
export const database = postgres(stack.databaseUrl, { max: 6, onnotice: () => {} });

class Rollback extends Error {}

/** Runs in a transaction that leaves nothing behind. */
export async function rolledBack(run: (db: Db) => Promise<void>): Promise<void> {
  try {
    await database.begin(async (db) => {
      await run(db as Db);
      throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
  }
}

/** Runs as a signed-in user, as PostgREST would; a failed statement undoes this step only. */
export function asUser<T>(
  db: Db,
  userId: string,
  run: (db: Db) => Promise<T>,
  claims: object = {},
): Promise<T> {
  return asRole(db, 'authenticated', { sub: userId, role: 'authenticated', ...claims }, run);
}

/** Runs as somebody who is not signed in. */
export function asAnon<T>(db: Db, run: (db: Db) => Promise<T>): Promise<T> {
  return asRole(db, 'anon', { role: 'anon' }, run);
}

/** Runs as this role of the Data API, with these claims. */
export async function asRole<T>(
  db: Db,
  role: string,
  claims: object,
  run: (db: Db) => Promise<T>,
): Promise<T> {
  const result = await db.savepoint(async (step) => {
    await step`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    await step.unsafe(`set local role ${role}`);
    const value = await run(step as unknown as Db);
    await step`reset role`;
    await step`select set_config('request.jwt.claims', '', true)`;
    return { value };
  });
  return (result as { value: T }).value;
}

/** A user with profile and account, as the sign-up trigger makes them. */
export async function createUser(db: Db, metadata: Record<string, string> = {}): Promise<string> {
  const id = randomUUID();
  await db`insert into auth.users (id, email, raw_user_meta_data)
           values (${id}, ${`${id}@example.com`}, ${db.json(metadata)})`;
  return id;
}

/** The code that Confab refused with, or the SQLSTATE of any other error; `undefined` when it went through. */
export async function refusal(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === 'PGRST' ? (JSON.parse(message) as { code: string }).code : code;
  }
}
