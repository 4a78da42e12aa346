/** Deleting an account while others act on it, or its owner acts. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database } from '../helpers/database.ts';
import { upload } from '../helpers/files.ts';
import { committed, together } from '../helpers/together.ts';

afterAll(() => database.end());

describe('at once', () => {
  const people = () =>
    committed(async (db) => ({
      root: await createAdmin(db),
      other: await createAdmin(db),
      ada: await createUser(db, { username: `race-${randomUUID().slice(0, 8)}` }),
      bob: await createUser(db),
    }));
  /** Keeps every act on this account waiting. */
  const hold = (user: string) => (db: Db) => db`select from auth.users where id = ${user} for update`;
  const act = (user: string, query: (as: Db) => Promise<unknown>) => (db: Db) => asUser(db, user, query);
  const isDeleted = async (user: string) => {
    const [row] =
      await database`select deleted_at is not null as is_deleted from chat.profiles where id = ${user}`;
    return row?.is_deleted;
  };

  it.each(['suspend', 'activate'])(
    'an account is deleted while another admin wants to %s it',
    async (verb) => {
      const { root, other, ada } = await people();
      if (verb === 'activate') {
        await committed(act(root, (as) => as`select chat.suspend_user(${ada}, 'spam')`));
      }
      const call =
        verb === 'suspend'
          ? act(other, (as) => as`select chat.suspend_user(${ada}, 'spam')`)
          : act(other, (as) => as`select chat.activate_user(${ada})`);
      const outcome = await together(hold(ada), [
        act(root, (as) => as`select chat.delete_user(${ada})`),
        call,
      ]);
      expect(outcome).toEqual(['done', expect.stringContaining('user_not_found')]);
      expect(await isDeleted(ada)).toBe(true);
    },
  );

  it('an account is suspended while another admin wants to delete it', async () => {
    const { root, other, ada } = await people();
    const outcome = await together(hold(ada), [
      act(other, (as) => as`select chat.suspend_user(${ada}, 'spam')`),
      act(root, (as) => as`select chat.delete_user(${ada})`),
    ]);
    expect(outcome).toEqual(['done', 'done']);
    expect(await isDeleted(ada)).toBe(true);
  });

  it('two admins delete one account, and one of them is told that it is gone', async () => {
    const { root, other, ada } = await people();
    const gone = (as: Db) => as`select chat.delete_user(${ada})`;
    const outcome = await together(hold(ada), [act(root, gone), act(other, gone)]);
    expect(outcome).toEqual(['done', expect.stringContaining('user_not_found')]);
  });

  it('two admins who delete each other leave one', async () => {
    const { root, other } = await people();
    const outcome = await together(
      async (db) => {
        await hold(root)(db);
        await hold(other)(db);
      },
      [
        act(root, (as) => as`select chat.delete_user(${other})`),
        act(other, (as) => as`select chat.delete_user(${root})`),
      ],
    );
    expect(outcome.sort()).toEqual(['done', expect.stringContaining('not_an_admin')]);
    expect([await isDeleted(root), await isDeleted(other)].sort()).toEqual([false, true]);
  });

  it.each(['before', 'after'])('a profile is changed right %s its account is deleted', async (place) => {
    const { root, ada } = await people();
    const username = `new-${randomUUID().slice(0, 8)}`;
    const calls = [
      act(ada, (as) => as`select chat.update_profile(name => 'Ada again', username => ${username})`),
      act(root, (as) => as`select chat.delete_user(${ada})`),
    ];
    const outcome = await together(hold(ada), place === 'after' ? calls.reverse() : calls);
    expect(outcome).toEqual(['done', 'done']);
    const [profile] = await database`select name, username from chat.profiles where id = ${ada}`;
    expect(profile).toEqual({ name: 'Deleted user', username: expect.stringMatching(/^deleted-/) });
  });

  it.each(['before', 'after'])('somebody adds a person right %s their account is deleted', async (place) => {
    const { root, ada, bob } = await people();
    const channel = await committed((db) =>
      asUser(db, bob, async (as) => {
        const [row] = await as`select id from chat.create_channel(${`d-${randomUUID()}`}, 'private')`;
        return row?.id as string;
      }),
    );
    const calls = [
      act(bob, (as) => as`select chat.add_members(${channel}, ${[ada]})`),
      act(root, (as) => as`select chat.delete_user(${ada})`),
    ];
    // Whoever becomes a member refers to the profile and the account.
    const outcome = await together(
      (db) => db`select from chat.accounts where user_id = ${ada} for update`,
      place === 'after' ? calls.reverse() : calls,
    );
    for (const result of outcome) expect(result).not.toMatch(/deadlock/);
    expect(await isDeleted(ada)).toBe(true);
    expect(await database`select from chat.channel_members where user_id = ${ada}`).toHaveLength(0);
    const [counter] =
      await database`select member_count from chat.channel_counters where channel_id = ${channel}`;
    expect(counter).toEqual({ member_count: 1 });
  });

  it('a message of somebody whose account is being deleted comes before, or not at all', async () => {
    const { root, ada, bob } = await people();
    const channel = await committed((db) =>
      asUser(db, bob, async (as) => {
        const [row] = await as`select id from chat.create_group(${[ada]})`;
        return row?.id as string;
      }),
    );
    const outcome = await together(
      (db) => db`select from chat.channel_counters where channel_id = ${channel} for update`,
      [
        act(root, (as) => as`select chat.delete_user(${ada})`),
        act(ada, (as) => as`select chat.send_message(${channel}, 'last words')`),
        act(bob, (as) => as`select chat.send_message(${channel}, 'bye')`),
      ],
    );
    expect(outcome).toEqual(['done', expect.stringContaining('channel_not_found'), 'done']);
  });

  it.each(['before', 'after'])('a file is sent right %s its account is deleted', async (place) => {
    const { root, ada, bob } = await people();
    const { channel, file } = await committed(async (db) => ({
      channel: await asUser(db, bob, async (as) => {
        const [row] = await as`select id from chat.create_group(${[ada]})`;
        return row?.id as string;
      }),
      file: await upload(db, ada, null),
    }));
    const calls = [
      act(ada, (as) => as`select chat.send_message(${channel}, '', file_ids => ${[file.id]})`),
      act(root, (as) => as`select chat.delete_user(${ada})`),
    ];
    const outcome = await together(
      (db) => db`select from chat.channel_counters where channel_id = ${channel} for update`,
      place === 'after' ? calls.reverse() : calls,
    );
    for (const result of outcome) expect(result).not.toMatch(/deadlock/);
    expect(await isDeleted(ada)).toBe(true);
  });

  it.each(['before', 'after'])('somebody reads right %s their account is deleted', async (place) => {
    const { root, ada, bob } = await people();
    const channel = await committed((db) =>
      asUser(db, bob, async (as) => {
        const [row] = await as`select id from chat.create_group(${[ada]})`;
        await as`select chat.send_message(${row?.id}, 'hello')`;
        return row?.id as string;
      }),
    );
    const calls = [
      act(ada, (as) => as`select chat.read_from(${channel})`),
      act(root, (as) => as`select chat.delete_user(${ada})`),
    ];
    // Whoever reads holds the membership by then, and does not yet ask whether others may know of it.
    const outcome = await together(
      (db) =>
        db`select from chat.channel_states where channel_id = ${channel} and user_id = ${ada} for update`,
      place === 'after' ? calls.reverse() : calls,
    );
    expect(outcome).toEqual(
      place === 'after' ? ['done', expect.stringContaining('channel_not_found')] : ['done', 'done'],
    );
    expect(await isDeleted(ada)).toBe(true);
  });

  it.each(['before', 'after'])(
    'somebody says how they are right %s their account is deleted',
    async (place) => {
      const { root, ada } = await people();
      const play = act(ada, (as) => as`select chat.set_presence('online', 'playing')`);
      await committed(play);
      const calls = [play, act(root, (as) => as`select chat.delete_user(${ada})`)];
      const outcome = await together(
        (db) => db`select from chat.presence where user_id = ${ada} for update`,
        place === 'after' ? calls.reverse() : calls,
      );
      expect(outcome).toEqual(
        place === 'after' ? ['done', expect.stringContaining('user_not_found')] : ['done', 'done'],
      );
      expect(await isDeleted(ada)).toBe(true);
    },
  );
});
