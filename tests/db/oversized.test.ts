/** What is far longer than it may be is refused before it is looked through: the refusal takes the caller's token back. */
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

/** Looking through all of it takes many seconds, on an idle machine as well. */
const LONG = 'a\n'.repeat(2_000_000);

it.each<[string, string, (as: Db) => Promise<unknown>]>([
  ['a channel', 'invalid_name', (as) => as`select chat.create_channel(name => ${LONG})`],
  ['a private channel', 'invalid_name', (as) => as`select chat.start_conversation('private', ${LONG})`],
  ['a group', 'invalid_name', (as) => as`select chat.create_group('{}', ${LONG})`],
  ['a person', 'invalid_name', (as) => as`select chat.update_profile(name => ${LONG})`],
  ['a status', 'invalid_status', (as) => as`select chat.set_status(${LONG})`],
  [
    'somebody to write to',
    'user_not_found',
    (as) => as`select chat.open_conversation(array_fill(${LONG}::text, array[2]))`,
  ],
])('a name of 4 MB for %s costs nothing', (_name, code, call) =>
  rolledBack(async (db) => {
    const ada = await createUser(db);
    await db`set local statement_timeout = '10s'`;
    expect(await refusal(asUser(db, ada, call))).toBe(code);
  }),
);
