import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

const DEFAULTS = {
  notifications: true,
  level: 'mentions',
  sound: true,
  preview: true,
  timezone: 'UTC',
  dnd_enabled: false,
  dnd_start: '22:00:00',
  dnd_end: '07:00:00',
  share_receipts: true,
};

const read = async (db: Db, user: string) =>
  (await asUser(db, user, (as) => as`select * from chat.get_preferences()`))[0];

describe('preferences', () => {
  it('of a new user are the defaults', () =>
    rolledBack(async (db) => {
      expect(await read(db, await createUser(db))).toMatchObject(DEFAULTS);
    }));

  it('change where something is given and stay elsewhere', () =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      const other = await createUser(db);
      await asUser(
        db,
        user,
        (as) => as`select chat.set_preferences(dnd_enabled => true, dnd_end => '08:30')`,
      );
      const [row] = await asUser(
        db,
        user,
        (as) =>
          as`select * from chat.set_preferences(level => 'nothing', timezone => 'Asia/Kolkata', sound => false)`,
      );
      const changed = {
        ...DEFAULTS,
        level: 'nothing',
        timezone: 'Asia/Kolkata',
        sound: false,
        dnd_enabled: true,
        dnd_end: '08:30:00',
      };
      expect(row).toMatchObject(changed);
      expect(await read(db, user)).toMatchObject(changed);
      expect(await read(db, other)).toMatchObject(DEFAULTS);
    }));

  it.each([
    ['an unknown time zone', "timezone => 'Mars/Olympus'", 'invalid_timezone'],
    ['an empty time zone', "timezone => ''", 'invalid_timezone'],
    ['an abbreviation that knows no summer time', "timezone => 'CEST'", 'invalid_timezone'],
    ['an offset', "timezone => '+02'", 'invalid_timezone'],
    ['an unknown level', "level => 'some'", 'invalid_notify_level'],
    ['a time that is none', "dnd_start => '25:00'", '22008'],
    ['the end of the day, which is the start of the next', "dnd_end => '24:00'", 'invalid_time'],
  ])('refuse %s and change nothing', (_what, argument, code) =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      const call = asUser(db, user, (as) =>
        as.unsafe(`select chat.set_preferences(sound => false, ${argument})`),
      );
      expect(await refusal(call)).toBe(code);
      expect(await read(db, user)).toMatchObject(DEFAULTS);
    }),
  );

  it('refuse an unknown time zone also when an operator types it', () =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      expect(
        await refusal(
          db.savepoint((step) => step`update chat.preferences set timezone = 'CEST' where user_id = ${user}`),
        ),
      ).toBe('invalid_timezone');
    }));

  it('that an operator deletes come back with the defaults, and go with the account', () =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      await asUser(db, user, (as) => as`select chat.set_preferences(sound => false)`);
      await db`delete from chat.preferences where user_id = ${user}`;
      expect(await read(db, user)).toMatchObject(DEFAULTS);
      await db`delete from auth.users where id = ${user}`;
      expect(await db`select from chat.preferences where user_id = ${user}`).toHaveLength(0);
    }));
});

describe('do not disturb', () => {
  /** Minutes from now, as a time of day in a zone. */
  const at = (db: Db, zone: string, minutes: number) =>
    db`(date_trunc('second', now() at time zone ${zone})::time + make_interval(mins => ${minutes}))`;

  it.each([
    ['within its span', true, 'UTC', -60, 60, true],
    ['after its span', true, 'UTC', -120, -60, false],
    ['before its span', true, 'UTC', 60, 120, false],
    ['within its span elsewhere', true, 'Pacific/Kiritimati', -60, 60, true],
    ['within a span of 23 hours, which wraps midnight', true, 'UTC', -60, -120, true],
    ['outside a span of 23 hours', true, 'UTC', 30, -30, false],
    ['when it starts as it ends', true, 'UTC', 60, 60, true],
    ['at its very start', true, 'UTC', 0, 60, true],
    ['when it is off', false, 'UTC', -60, 60, false],
  ])('%s', (_when, enabled, zone, start, end, expected) =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      await db`update chat.preferences set dnd_enabled = ${enabled}, timezone = ${zone},
                 dnd_start = ${at(db, zone, start)}, dnd_end = ${at(db, zone, end)} where user_id = ${user}`;
      const [row] =
        await db`select chat_private.is_dnd(p) as is_dnd from chat.preferences p where user_id = ${user}`;
      expect(row?.is_dnd).toBe(expected);
    }),
  );

  it('of somebody in another zone goes by their clock', () =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      await db`update chat.preferences set dnd_enabled = true, timezone = 'Pacific/Kiritimati',
                 dnd_start = ${at(db, 'UTC', -60)}, dnd_end = ${at(db, 'UTC', 60)} where user_id = ${user}`;
      const [row] =
        await db`select chat_private.is_dnd(p) as is_dnd from chat.preferences p where user_id = ${user}`;
      expect(row?.is_dnd).toBe(false);
    }));
});
