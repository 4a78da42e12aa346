/** Admins of the platform, and who watches them. */
import { createUser, type Db, database } from './database.ts';
import { type Person, signUp } from './people.ts';

/** An admin who is gone with the transaction. */
export async function createAdmin(db: Db): Promise<string> {
  const id = await createUser(db);
  await db`update chat.accounts set role = 'admin' where user_id = ${id}`;
  return id;
}

/** An admin with a real account. */
export async function signUpAdmin(name = 'Root'): Promise<Person> {
  const person = await signUp(name);
  await database`update chat.accounts set role = 'admin' where user_id = ${person.id}`;
  return person;
}

/** What the audit log says of this person or thing, oldest first. */
export const auditOf = (db: Db | typeof database, target: string) =>
  db<{ action: string; actor_id: string | null; via: string; details: Record<string, unknown> }[]>`
    select action, actor_id, via, details from chat.audit_log where target_id = ${target} order by id`;
