/** Who may do what with which table, as one list; a table that is missing from it fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAnon, asUser, createUser, type Db, database, rolledBack } from '../helpers/database.ts';

const ACTORS = ['anon', 'stranger', 'member', 'admin'] as const;
const ACTIONS = ['select', 'insert', 'update', 'delete'] as const;
type Actor = (typeof ACTORS)[number];
type Action = (typeof ACTIONS)[number];

/** allowed: the row is there and the change happens · hidden: no row is found · denied: the statement is refused. */
type Outcome = 'allowed' | 'hidden' | 'denied';

interface World {
  channel: string;
  users: Record<Exclude<Actor, 'anon'>, string>;
}

/** Statements on a row that belongs to the member of a private channel. */
interface Subject {
  statements: Record<Action, (db: Db, world: World) => Promise<{ count: number }>>;
  expected: Record<Actor, readonly [Outcome, Outcome, Outcome, Outcome]>;
}

const NOTHING = ['denied', 'denied', 'denied', 'denied'] as const;

const SUBJECTS: Record<string, Subject> = {
  profiles: {
    statements: {
      select: (db, { users }) => db`select from chat.profiles where id = ${users.member}`,
      insert: (db) =>
        db`insert into chat.profiles (id, username, name) values (gen_random_uuid(), 'somebody', 'S')`,
      update: (db, { users }) => db`update chat.profiles set name = 'New' where id = ${users.member}`,
      delete: (db, { users }) => db`delete from chat.profiles where id = ${users.member}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['allowed', 'denied', 'hidden', 'denied'],
      member: ['allowed', 'denied', 'allowed', 'denied'],
      admin: ['allowed', 'denied', 'hidden', 'denied'],
    },
  },
  accounts: {
    statements: {
      select: (db, { users }) => db`select from chat.accounts where user_id = ${users.member}`,
      insert: (db, { users }) => db`insert into chat.accounts (user_id) values (${users.member})`,
      update: (db, { users }) => db`update chat.accounts set role = 'admin' where user_id = ${users.member}`,
      delete: (db, { users }) => db`delete from chat.accounts where user_id = ${users.member}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['hidden', 'denied', 'denied', 'denied'],
      member: ['allowed', 'denied', 'denied', 'denied'],
      admin: ['hidden', 'denied', 'denied', 'denied'],
    },
  },
  channels: {
    statements: {
      select: (db, { channel }) => db`select from chat.channels where id = ${channel}`,
      insert: (db) => db`insert into chat.channels (kind, slug) values ('public', 'made-by-hand')`,
      update: (db, { channel }) => db`update chat.channels set kind = 'public' where id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.channels where id = ${channel}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['hidden', 'denied', 'denied', 'denied'],
      member: ['allowed', 'denied', 'denied', 'denied'],
      admin: ['allowed', 'denied', 'denied', 'denied'],
    },
  },
  channel_members: {
    statements: {
      select: (db, { channel, users }) =>
        db`select from chat.channel_members where channel_id = ${channel} and user_id = ${users.member}`,
      insert: (db, { channel, users }) =>
        db`insert into chat.channel_members (channel_id, user_id) values (${channel}, ${users.stranger})`,
      update: (db, { channel, users }) =>
        db`update chat.channel_members set last_read_seq = 1 where channel_id = ${channel} and user_id = ${users.member}`,
      delete: (db, { channel, users }) =>
        db`delete from chat.channel_members where channel_id = ${channel} and user_id = ${users.member}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['hidden', 'denied', 'hidden', 'denied'],
      member: ['allowed', 'denied', 'allowed', 'denied'],
      admin: ['allowed', 'denied', 'hidden', 'denied'],
    },
  },
  channel_counters: {
    statements: {
      select: (db, { channel }) => db`select from chat.channel_counters where channel_id = ${channel}`,
      insert: (db) => db`insert into chat.channel_counters (channel_id) values (gen_random_uuid())`,
      update: (db, { channel }) =>
        db`update chat.channel_counters set last_seq = 0 where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.channel_counters where channel_id = ${channel}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['hidden', 'denied', 'denied', 'denied'],
      member: ['allowed', 'denied', 'denied', 'denied'],
      admin: ['allowed', 'denied', 'denied', 'denied'],
    },
  },
  messages: {
    statements: {
      select: (db, { channel }) => db`select from chat.messages where channel_id = ${channel}`,
      insert: (db, { channel }) => db`insert into chat.messages (channel_id, body) values (${channel}, 'hi')`,
      update: (db, { channel }) =>
        db`update chat.messages set body = 'changed' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.messages where channel_id = ${channel}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['hidden', 'denied', 'denied', 'denied'],
      member: ['allowed', 'allowed', 'denied', 'denied'],
      admin: ['allowed', 'allowed', 'denied', 'denied'],
    },
  },
  my_channels: {
    statements: {
      select: (db, { channel }) => db`select from chat.my_channels where id = ${channel}`,
      insert: (db) => db`insert into chat.my_channels (id) values (gen_random_uuid())`,
      update: (db, { channel }) => db`update chat.my_channels set name = 'x' where id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.my_channels where id = ${channel}`,
    },
    expected: {
      anon: NOTHING,
      stranger: ['hidden', 'denied', 'denied', 'denied'],
      member: ['allowed', 'denied', 'denied', 'denied'],
      admin: ['allowed', 'denied', 'denied', 'denied'],
    },
  },
};

let outcomes: Map<string, Outcome>;

beforeAll(async () => {
  outcomes = new Map();
  await rolledBack(async (db) => {
    const users = {
      admin: await createUser(db),
      member: await createUser(db),
      stranger: await createUser(db),
    };
    const slug = `matrix-${users.admin}`;
    const [channel] = await asUser(
      db,
      users.admin,
      (as) => as`select id from chat.create_channel(${slug}, 'private', member_ids => ${[users.member]})`,
    );
    const world: World = { channel: channel?.id as string, users };
    await asUser(db, users.member, (as) => as`select chat.send_message(${world.channel}, 'hello')`);

    for (const [name, { statements }] of Object.entries(SUBJECTS)) {
      for (const actor of ACTORS) {
        for (const action of ACTIONS) {
          outcomes.set(`${name}/${actor}/${action}`, await outcome(db, world, actor, statements[action]));
        }
      }
    }
  });
});

afterAll(() => database.end());

/** What happens when the actor tries, undone at once. */
async function outcome(
  db: Db,
  world: World,
  actor: Actor,
  statement: Subject['statements'][Action],
): Promise<Outcome> {
  let count = 0;
  const attempt = (as: Db) => statement(as, world);
  const undone = new Error('undo');
  try {
    await db.savepoint(async (step) => {
      const inner = step as unknown as Db;
      const result =
        actor === 'anon' ? await asAnon(inner, attempt) : await asUser(inner, world.users[actor], attempt);
      count = result.count;
      throw undone;
    });
  } catch (error) {
    // 55000: a view that cannot be written at all, which protects as well as a missing grant.
    if (error !== undone) {
      expect(['42501', '55000']).toContain((error as { code?: string }).code);
      return 'denied';
    }
  }
  return count > 0 ? 'allowed' : 'hidden';
}

describe('access', () => {
  for (const [name, { expected }] of Object.entries(SUBJECTS)) {
    const cells = ACTORS.flatMap((actor) =>
      ACTIONS.map((action, index) => [actor, action, expected[actor][index]] as const),
    );
    it.each(cells)(`${name}: %s may %s → %s`, (actor, action, result) => {
      expect(outcomes.get(`${name}/${actor}/${action}`)).toBe(result);
    });
  }

  it('lists every table and view of the schema chat', async () => {
    const rows = await database`
      select relname from pg_class
      where relnamespace = 'chat'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by relname`;
    expect(Object.keys(SUBJECTS).sort()).toEqual(rows.map((row) => row.relname));
  });
});
