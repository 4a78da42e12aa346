/** Conversations with who is in them, and people by id or username. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { addCrowd, createPrivateChannel, createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

const person = async (db: Db, name: string) => {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  return { id: await createUser(db, { name, username }), username };
};

interface Conversation {
  id: string;
  kind: string;
  name: string;
  member_count: number;
  members: { id: string; username: string }[];
}

const read = (db: Db, user: string, channel: string, kinds: string[] | null = null) =>
  asUser(db, user, async (as) => {
    const [row] = await as`select to_jsonb(chat.read_conversation(${channel}, ${kinds})) as answer`;
    return row?.answer as Conversation;
  });

const start = (db: Db, user: string, kind: string, name: string | null, members: string[]) =>
  asUser(db, user, async (as) => {
    const [row] = await as`select to_jsonb(chat.start_conversation(${kind}, ${name}, ${members})) as answer`;
    return row?.answer as Conversation;
  });

const list = (db: Db, user: string, args = '') =>
  asUser(db, user, async (as) => {
    const rows = await as.unsafe<{ id: string }[]>(`select id from chat.read_conversations(${args})`);
    return rows.map(({ id }) => id);
  });

describe('people', () => {
  it('are found by id or username, whatever its letters, once and in the order asked for', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db, 'ada'), await person(db, 'bob')];
      const names = [` ${bob.username.toUpperCase()}`, ada.id, bob.id, 'nobody-at-all', randomUUID(), ''];
      const found = await asUser(db, ada.id, (as) => as`select id, username from chat.find_people(${names})`);
      expect(found.map((row) => ({ ...row }))).toEqual([bob, ada]);
    }));

  it('of deleted accounts are nobody', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db, 'ada'), await person(db, 'bob')];
      await db`delete from auth.users where id = ${bob.id}`;
      expect(await refusal(start(db, ada.id, 'group', 'Lunch', [bob.id]))).toBe('user_not_found');
    }));
});

describe('a new conversation', () => {
  it('has the caller first, and everybody named by id or username', () =>
    rolledBack(async (db) => {
      const [ada, bob, eve] = [await person(db, 'ada'), await person(db, 'bob'), await person(db, 'eve')];
      const made = await start(db, ada.id, 'group', 'Lunch', [bob.username, eve.id, ada.username]);
      expect(made).toMatchObject({ kind: 'group', name: 'Lunch', member_count: 3 });
      expect(made.members[0]?.id).toBe(ada.id);
      expect(made.members.map(({ id }) => id).sort()).toEqual([ada.id, bob.id, eve.id].sort());
      expect(await read(db, eve.id, made.id)).toEqual(made);
    }));

  it('with somebody who does not exist is none', () =>
    rolledBack(async (db) => {
      const ada = await person(db, 'ada');
      expect(await refusal(start(db, ada.id, 'group', 'Lunch', ['nobody-at-all']))).toBe('user_not_found');
      expect(await list(db, ada.id)).toEqual([]);
    }));

  it('by a name that another has is one as well', () =>
    rolledBack(async (db) => {
      const ada = await person(db, 'ada');
      const name = `Team ${ada.username}`;
      const [one, other] = [
        await start(db, ada.id, 'private', name, []),
        await start(db, ada.id, 'private', name, []),
      ];
      expect([one.name, other.name]).toEqual([name, name]);
      expect(one.id).not.toBe(other.id);
    }));
});

describe('the list of conversations', () => {
  it('has the own ones, newest first, page by page, of the kinds asked for', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      const group = (await start(db, bob, 'group', 'Lunch', [ada])).id;
      await start(db, bob, 'group', 'Without Ada', []);
      expect(await list(db, ada)).toEqual([group, channel]);
      expect(await list(db, ada, `page_size => 1`)).toEqual([group]);
      expect(await list(db, ada, `before => '${group}'`)).toEqual([channel]);
      expect(await list(db, ada, `array['private', 'dm']`)).toEqual([channel]);
    }));

  it('has public ones on request, but for those that the caller is banned from or that are archived', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db, 'ada'), await person(db, 'bob')];
      const make = async (name: string) =>
        (await start(db, bob.id, 'public', `${name} ${bob.username}`, [])).id;
      const [open, archived, banned] = [await make('open'), await make('archived'), await make('banned')];
      await asUser(db, bob.id, (as) => as`select chat.archive_channel(${archived})`);
      await asUser(db, bob.id, (as) => as`select chat.ban_member(${banned}, ${ada.id})`);
      const own = (await start(db, ada.id, 'group', 'Lunch', [])).id;
      expect((await list(db, ada.id, 'with_public => true')).slice(0, 2)).toEqual([own, open]);
      expect(await list(db, ada.id)).toEqual([own]);
      expect(await list(db, bob.id)).toEqual([banned, archived, open]);
    }));

  it('has the public ones after all own ones, each once, however the pages are cut', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db, 'ada'), await person(db, 'bob')];
      const make = async (who: typeof ada, kind: string) =>
        (await start(db, who.id, kind, `${kind} ${who.username}`, [])).id;
      const own = [await make(ada, 'group'), await make(ada, 'public')].reverse();
      const others = [
        await make(bob, 'public'),
        await make(bob, 'public'),
        await make(bob, 'public'),
      ].reverse();
      for (const size of [1, 2, 3, 4]) {
        const seen: string[] = [];
        while (seen.length < 5) {
          const before = seen.length > 0 ? `, before => '${seen.at(-1)}'` : '';
          seen.push(...(await list(db, ada.id, `with_public => true, page_size => ${size}${before}`)));
        }
        expect(seen.slice(0, 5), `pages of ${size}`).toEqual([...own, ...others]);
      }
    }));

  it('names a group without a name by the others in it, and tells 100 of a crowd', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      expect((await read(db, bob, channel)).name).toBe('Ada');
      await addCrowd(db, channel, 150);
      const { members, member_count } = await read(db, bob, channel);
      expect(member_count).toBe(152);
      expect(members).toHaveLength(100);
      expect(members[0]?.id).toBe(ada);
    }));

  it('is not there for whoever is banned from it', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db, 'ada'), await person(db, 'bob')];
      const { id } = await start(db, bob.id, 'public', `Open ${bob.username}`, []);
      expect((await read(db, ada.id, id)).members).toHaveLength(1);
      await asUser(db, bob.id, (as) => as`select chat.ban_member(${id}, ${ada.id})`);
      expect(await refusal(read(db, ada.id, id))).toBe('channel_not_found');
    }));

  it('names who made it, whoever owns it now', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await asUser(db, ada, (as) => as`select chat.transfer_channel(${channel}, ${bob})`);
      const [row] = await asUser(
        db,
        bob,
        (as) => as`select created_by from chat.read_conversation(${channel})`,
      );
      expect(row).toEqual({ created_by: ada });
    }));

  it('has nobody in a channel that everybody has left', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db, 'ada'), await person(db, 'bob')];
      const { id } = await start(db, bob.id, 'public', `Empty ${bob.username}`, []);
      await db`delete from auth.users where id = ${bob.id}`;
      expect(await read(db, ada.id, id)).toMatchObject({ member_count: 0, members: [] });
    }));

  it('does not let an id of another kind pass', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      expect((await read(db, ada, channel, ['group'])).id).toBe(channel);
      expect(await refusal(read(db, ada, channel, ['private', 'public']))).toBe('channel_not_found');
    }));
});

describe('a message by its id alone', () => {
  it('is edited and deleted by its author, and is not there for strangers', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      const { id } = await send(db, ada, channel, 'hello');
      const edit = (user: string) =>
        asUser(db, user, (as) => as`select (chat.edit_message_by_id(${id}, 'bye')).body`);
      expect(await refusal(edit(eve))).toBe('message_not_found');
      expect(await edit(ada)).toMatchObject([{ body: 'bye' }]);
      await asUser(db, ada, (as) => as`select chat.delete_message_by_id(${id})`);
      expect(await refusal(edit(ada))).toBe('message_not_found');
    }));

  it('is sent by everybody whom it names, by id or username', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const [row] = await db`select username from chat.profiles where id = ${ada}`;
      const name = row?.username as string;
      const post = (...senders: string[]) =>
        asUser(db, ada, (as) => as`select (chat.post_message(${channel}, 'hi', senders => ${senders})).body`);
      for (const senders of [[], [ada], [name], [ada, name]])
        expect(await post(...senders)).toMatchObject([{ body: 'hi' }]);
      for (const senders of [[bob], ['nobody-at-all'], [''], [ada, bob], [bob, ada]])
        expect(await refusal(post(...senders))).toBe('not_yourself');
      // Nobody has so many names; they are not looked up.
      expect(await refusal(post(...Array.from({ length: 11 }, () => ada)))).toBe('not_yourself');
    }));
});
