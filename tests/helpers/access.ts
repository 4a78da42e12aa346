/** The vocabulary of the access tables in tests/db/access: who tries what, and how it ends. */
import { asAnon, asUser, createUser, type Db } from './database.ts';

/** Anon is not signed in; the member, the suspended person and the channel admin share the private channel. */
export const ACTORS = [
  'anon',
  'stranger',
  'member',
  'channel admin',
  'platform admin',
  'suspended member',
] as const;
export const ACTIONS = ['select', 'insert', 'update', 'delete'] as const;
export type Actor = (typeof ACTORS)[number];
export type Action = (typeof ACTIONS)[number];
type SignedIn = Exclude<Actor, 'anon'>;

/** Those whom nothing is allowed, whatever it is: no table of access has rows for them. */
const OUTSIDERS: readonly Actor[] = ['anon', 'suspended member'];

/** allowed: the row is there and the change happens · hidden: no row is found · denied: the statement is refused. */
export type Outcome = 'allowed' | 'hidden' | 'denied';

/** A private channel of the channel admin in which the member has said hello, seq 1 or later. */
export interface World {
  channel: string;
  users: Record<SignedIn, string>;
  sessions: Record<SignedIn, string>;
  /** The member's message. */
  message: { id: string; seq: number };
}

type Statement = (db: Db, world: World) => Promise<{ count: number }>;

/** A table or view: statements on a row that belongs to the member of the private channel. */
export interface Subject {
  /** Makes the row, as the developer's role; it is gone before the next statement. */
  given?: (db: Db, world: World) => Promise<unknown>;
  statements: Record<Action, Statement>;
  expected: string;
}

/** An API function: one call that succeeds for the member, and the code it answers the others with. */
export interface Call {
  given?: (db: Db, world: World) => Promise<unknown>;
  call: (db: Db, world: World) => Promise<unknown>;
  /** `ok`, a code of docs/errors.md, or `denied` for those who may not run the function at all. */
  expected: readonly [stranger: string, member: string, channelAdmin: string, platformAdmin: string];
}

/** What a file of tests/db/access exports. */
export interface AccessFile {
  /** By the name of the table or view. */
  subjects?: Record<string, Subject>;
  /** By the name of the function; a second row of the same function gets a remark: `edit_message (of another)`. */
  calls?: Record<string, Call>;
}

export function expectedOutcome({ expected }: Subject, actor: Actor, action: Action): string | undefined {
  if (OUTSIDERS.includes(actor)) return 'denied';
  const [head, ...rows] = expected
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
  if (head?.join() !== ACTIONS.join())
    throw new Error('unable to read access table; its head names the actions');
  return rows.find(([name]) => name === actor)?.[1 + ACTIONS.indexOf(action)];
}

export function expectedCode({ expected }: Call, actor: Actor): string | undefined {
  return OUTSIDERS.includes(actor) ? 'denied' : expected[ACTORS.indexOf(actor) - 1];
}

export async function createWorld(db: Db): Promise<World> {
  const users = {
    stranger: await createUser(db),
    member: await createUser(db),
    'channel admin': await createUser(db),
    'platform admin': await createUser(db),
    'suspended member': await createUser(db),
  };
  const sessions = {} as World['sessions'];
  for (const [actor, user] of Object.entries(users) as [SignedIn, string][]) {
    const [row] = await db`
      insert into auth.sessions (id, user_id, aal) values (gen_random_uuid(), ${user}, 'aal1') returning id`;
    sessions[actor] = row?.id as string;
  }
  await db`update chat.accounts set role = 'admin' where user_id = ${users['platform admin']}`;
  const members = [users.member, users['suspended member']];
  const [channel] = await asUser(
    db,
    users['channel admin'],
    (as) => as`select id from chat.create_channel(
      ${`access-${users.member}`}, 'private', member_ids => ${members})`,
  );
  const id = channel?.id as string;
  const [message] = await asUser(
    db,
    users.member,
    (as) => as`select id, seq from chat.send_message(${id}, 'hello')`,
  );
  return { channel: id, users, sessions, message: message as unknown as World['message'] };
}

/** Tries as the actor what the Data API would run, the gate first, and takes it back. */
export async function attempt<T>(
  db: Db,
  world: World,
  actor: Actor,
  { given, run }: { given?: Subject['given']; run: (db: Db, world: World) => Promise<T> },
): Promise<T> {
  let value: { is: T } | undefined;
  const undone = new Error('undo');
  const gated = async (as: Db) => {
    await as`select chat_private.request_gate()`;
    value = { is: await run(as, world) };
  };
  try {
    await db.savepoint(async (step) => {
      const inner = step as unknown as Db;
      await given?.(inner, world);
      if (actor === 'suspended member') {
        // Only now, as everybody else who is to be suspended waits for this transaction from then on.
        await inner`update auth.users set banned_until = now() + interval '1 day' where id = ${world.users[actor]}`;
      }
      await (actor === 'anon'
        ? asAnon(inner, gated)
        : asUser(inner, world.users[actor], gated, { session_id: world.sessions[actor], aal: 'aal1' }));
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  if (!value) throw new Error('unable to tell what happened; the attempt did not end');
  return value.is;
}
