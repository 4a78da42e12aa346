import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

const create = (db: Db, user: string, slug: string, kind = 'public', members: string[] = []) =>
  asUser(
    db,
    user,
    async (as) =>
      (await as`select * from chat.create_channel(${slug}, ${kind}, member_ids => ${members})`)[0],
  );

describe('create_channel', () => {
  it('makes the caller its admin and the given users members', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const channel = await create(db, ada, `Team-${ada}`, 'private', [bob]);
      expect(channel?.slug).toBe(`team-${ada}`);
      const rows =
        await db`select user_id, role from chat.channel_members where channel_id = ${channel?.id} order by role`;
      expect([...rows]).toEqual([
        { user_id: ada, role: 'admin' },
        { user_id: bob, role: 'member' },
      ]);
      const [counter] =
        await db`select member_count from chat.channel_counters where channel_id = ${channel?.id}`;
      expect(counter?.member_count).toBe(2);
    }));

  it.each([
    ['a slug with a space', 'two words', 'public', 'invalid_slug'],
    ['an empty slug', '', 'public', 'invalid_slug'],
    ['a slug of 81 characters', 'a'.repeat(81), 'public', 'invalid_slug'],
    ['a slug that begins with a dash', '-a', 'public', 'invalid_slug'],
    ['a kind that does not exist', 'fine', 'secret', 'invalid_channel_kind'],
    ['a dm by hand', 'fine', 'dm', 'invalid_channel_kind'],
  ])('refuses %s', (_name, slug, kind, code) =>
    rolledBack(async (db) => {
      expect(await refusal(create(db, await createUser(db), slug, kind))).toBe(code);
    }),
  );

  it.each(['', '  ', 'x'.repeat(81), 'two\nlines', 'over\u202eride', 'in\u200bvisible'])(
    'refuses the name %j',
    (name) =>
      rolledBack(async (db) => {
        const ada = await createUser(db);
        const call = asUser(
          db,
          ada,
          (as) => as`select chat.create_channel(${`team-${ada}`}, name => ${name})`,
        );
        expect(await refusal(call)).toBe('invalid_name');
      }),
  );

  it('takes a name within spaces without them', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const [row] = await asUser(
        db,
        ada,
        (as) => as`select name from chat.create_channel(${`team-${ada}`}, name => ' The team ')`,
      );
      expect(row?.name).toBe('The team');
    }));

  it('made once more with its id is the same one, as long as it is of that kind and not deleted', () =>
    rolledBack(async (db) => {
      const [ada, eve, id] = [await createUser(db), await createUser(db), crypto.randomUUID()];
      const make = (user: string, slug: string, kind = 'public') =>
        asUser(db, user, (as) => as`select id from chat.create_channel(${slug}, ${kind}, id => ${id})`);
      const slug = `team-${ada}`;
      await make(ada, slug);
      expect([...(await make(ada, slug))]).toEqual([{ id }]);
      expect(await refusal(make(ada, slug, 'private'))).toBe('slug_taken');
      expect(await refusal(make(ada, `${slug}-2`, 'private'))).toBe('conflict');
      expect(await refusal(make(eve, slug))).toBe('slug_taken');
      expect(await refusal(make(eve, `${slug}-2`))).toBe('conflict');
      const group = () => asUser(db, ada, (as) => as`select chat.create_group(${[eve]}, id => ${id})`);
      expect(await refusal(group())).toBe('conflict');
      await asUser(db, ada, (as) => as`select chat.delete_channel(${id})`);
      expect(await refusal(make(ada, slug))).toBe('conflict');
    }));

  it('refuses a slug that is taken, also by a channel the caller cannot see', () =>
    rolledBack(async (db) => {
      const [ada, eve] = [await createUser(db), await createUser(db)];
      await create(db, ada, `secret-${ada}`, 'private');
      expect(await refusal(create(db, eve, `secret-${ada}`))).toBe('slug_taken');
    }));

  it('refuses a member who does not exist, and makes nothing', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      expect(await refusal(create(db, ada, `team-${ada}`, 'private', [crypto.randomUUID()]))).toBe(
        'user_not_found',
      );
      expect(await db`select from chat.channels where slug = ${`team-${ada}`}`).toHaveLength(0);
    }));
});

describe('membership', () => {
  it('anybody joins a public channel, nobody a private one', () =>
    rolledBack(async (db) => {
      const [ada, eve] = [await createUser(db), await createUser(db)];
      const open = await create(db, ada, `open-${ada}`);
      const closed = await create(db, ada, `closed-${ada}`, 'private');
      const join = (id: string) => refusal(asUser(db, eve, (as) => as`select chat.join_channel(${id})`));
      expect(await join(open?.id)).toBeUndefined();
      expect(await join(open?.id)).toBeUndefined();
      expect(await join(closed?.id)).toBe('channel_not_found');
      const [counter] =
        await db`select member_count from chat.channel_counters where channel_id = ${open?.id}`;
      expect(counter?.member_count).toBe(2);
    }));

  it('only admins add and remove, and a removed member sees nothing more', () =>
    rolledBack(async (db) => {
      const [ada, bob, eve] = [await createUser(db), await createUser(db), await createUser(db)];
      const channel = await create(db, ada, `team-${ada}`, 'private', [bob]);
      const id = channel?.id as string;
      const as = (user: string, run: (as: Db) => Promise<unknown>) => refusal(asUser(db, user, run));
      expect(await as(bob, (q) => q`select chat.add_members(${id}, ${[eve]})`)).toBe('not_a_channel_admin');
      expect(await as(bob, (q) => q`select chat.remove_member(${id}, ${ada})`)).toBe('not_a_channel_admin');
      expect(await as(ada, (q) => q`select chat.remove_member(${id}, ${eve})`)).toBe('member_not_found');
      expect(await as(ada, (q) => q`select chat.remove_member(${id}, ${bob})`)).toBeUndefined();
      expect(await asUser(db, bob, (q) => q`select from chat.channels where id = ${id}`)).toHaveLength(0);
    }));

  it('a departure from a private channel raises its epoch, from a public one not', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const epochs: number[] = [];
      for (const kind of ['private', 'public']) {
        const channel = await create(db, ada, `${kind}-${ada}`, kind, [bob]);
        await asUser(db, bob, (as) => as`select chat.leave_channel(${channel?.id})`);
        const [row] = await db`select epoch from chat.channels where id = ${channel?.id}`;
        epochs.push(row?.epoch);
      }
      expect(epochs).toEqual([1, 0]);
    }));
});

describe('open_dm', () => {
  const open = (db: Db, user: string, other: string) =>
    asUser(db, user, async (as) => (await as`select id from chat.open_dm(${other})`)[0]?.id);

  it('is one channel for a pair, whoever opens it, and shows the other person', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db, { name: 'Ada' }), await createUser(db, { name: 'Bob' })];
      const id = await open(db, ada, bob);
      expect(await open(db, bob, ada)).toBe(id);
      const name = (user: string) =>
        asUser(
          db,
          user,
          async (as) => (await as`select dm_name from chat.my_channels where id = ${id}`)[0]?.dm_name,
        );
      expect([await name(ada), await name(bob)]).toEqual(['Bob', 'Ada']);
    }));

  it('is one channel when both open it at once', async () => {
    const [ada, bob] = await database.begin(async (db) => [
      await createUser(db as unknown as Db),
      await createUser(db as unknown as Db),
    ]);
    const ids = await Promise.all(
      [ada, bob, ada, bob].map((me) =>
        database.begin((db) => open(db as unknown as Db, me as string, (me === ada ? bob : ada) as string)),
      ),
    );
    expect(new Set(ids).size).toBe(1);
    const [counter] =
      await database`select member_count from chat.channel_counters where channel_id = ${ids[0]}`;
    expect(counter?.member_count).toBe(2);
  });

  it('works with oneself, cannot be left, and refuses an unknown user', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const notes = await open(db, ada, ada);
      expect(await refusal(asUser(db, ada, (as) => as`select chat.leave_channel(${notes})`))).toBe(
        'dm_is_permanent',
      );
      expect(await refusal(open(db, ada, crypto.randomUUID()))).toBe('user_not_found');
      const others = asUser(db, ada, (as) => as`select chat.open_dm(${ada}, to_oneself => false)`);
      expect(await refusal(others)).toBe('cannot_target_oneself');
    }));
});
