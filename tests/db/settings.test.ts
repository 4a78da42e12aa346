/** The settings of the platform. */
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

/** What changing a setting to this value is refused with. */
const setting = (name: string, value: unknown) => {
  let refused: string | undefined;
  return rolledBack(async (db) => {
    refused = await refusal(
      db.savepoint(
        (step) => step`update chat.settings set value = ${step.json(value as never)} where name = ${name}`,
      ),
    );
  }).then(() => refused);
};

describe('a setting', () => {
  it('is read by everyone signed in, with the value that counts now', () =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      const read = () => asUser(db, user, (as) => as`select chat_private.setting('max_pins') as value`);
      expect(await read()).toEqual([{ value: 10 }]);
      await db`update chat.settings set value = '25' where name = 'max_pins'`;
      expect(await read()).toEqual([{ value: 25 }]);
    }));

  it('keeps the type of its default and stays a whole number within its bounds', async () => {
    expect(await setting('max_pins', 1)).toBeUndefined();
    for (const bad of ['10', true, null, {}, [], 0, -1, 1001, 2.5]) {
      expect(await setting('max_pins', bad), JSON.stringify(bad)).toMatch(/^23(514|502)$/);
    }
  });

  it('is never removed or renamed, not even by hand', () =>
    rolledBack(async (db) => {
      for (const statement of [
        `delete from chat.settings where name = 'max_pins'`,
        `update chat.settings set name = 'most_pins' where name = 'max_pins'`,
      ]) {
        expect(await refusal(db.savepoint((step) => step.unsafe(statement)))).toBe('23001');
      }
    }));

  it('that does not exist fails instead of being null', () =>
    rolledBack(async (db) => {
      expect(await refusal(db.savepoint((step) => step`select chat_private.setting('no_such_thing')`))).toBe(
        'P0002',
      );
    }));
});
