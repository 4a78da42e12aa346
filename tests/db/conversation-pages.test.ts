/** Conversations as pages: what was rewritten since, what a deletion leaves of direct messages, and what they are called. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

interface Page {
  last_seq: number;
  last_change: number;
  messages: { message: { seq: number } }[];
  changed: { message: { body: string; seq: number } }[];
  deleted: string[];
  conversation: { name: string; member_count: number };
}

const page = (db: Db, user: string, channel: string, args = '') =>
  asUser(db, user, async (as) => {
    const [row] = await as.unsafe(
      `select to_jsonb(chat.read_conversation_page('${channel}'${args})) as answer`,
    );
    return row?.answer as Page;
  });

const edit = (db: Db, user: string, channel: string, seq: number, body: string) =>
  asUser(db, user, (as) => as`select chat.edit_message(${channel}, ${seq}, ${body})`);

async function createDm(db: Db) {
  const [ada, bob] = [await createUser(db), await createUser(db)];
  const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
  return { ada, bob, dm: dm?.id as string };
}

describe('a page', () => {
  it('ends after 1 MB of text and goes on behind its last message, or before its first', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await db`insert into chat.messages (channel_id, author_id, body)
               select ${channel}, ${ada}, repeat('a', 40000) from generate_series(1, 30)`;
      const [newest] = await db<{ seq: number }[]>`
        select last_seq::integer as seq from chat.channel_counters where channel_id = ${channel}`;
      const end = newest?.seq ?? 0;
      const span = async (args: string) => {
        const { messages, last_seq } = await page(db, bob, channel, args);
        return [messages[0]?.message.seq, messages.at(-1)?.message.seq, last_seq];
      };
      expect(await span('')).toEqual([end - 24, end, end]);
      expect(await span(', after_seq => 0')).toEqual([end - 29, end - 5, end - 5]);
      expect(await span(`, after_seq => ${end - 5}`)).toEqual([end - 4, end, end]);
    }));
});

describe('a page of what was rewritten', () => {
  it('has each message once, as it is now, and goes on behind its last change', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const body of ['1', '2', '3']) await send(db, ada, channel, body);
      for (const [seq, body] of [
        [1, 'a'],
        [2, 'b'],
        [1, 'c'],
        [3, 'd'],
      ] as const) {
        await edit(db, ada, channel, seq, body);
      }
      const texts = async (args: string) => {
        const { changed, last_change } = await page(db, bob, channel, args);
        return [changed.map(({ message }) => message.body), last_change];
      };
      expect(await texts(', after_change => 0')).toEqual([['b', 'c', 'd'], 4]);
      expect(await texts(', after_change => 0, page_size => 2')).toEqual([['c', 'b'], 2]);
      expect(await texts(', after_change => 2, page_size => 2')).toEqual([['c', 'd'], 4]);
      expect(await texts(', after_change => 4')).toEqual([[], 4]);
      expect(await texts('')).toEqual([[], 4]);
    }));

  it('ends after 1 MB of text, and the next one has the rest', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const rewritten = Array.from({ length: 27 }, (_, n) => n + 1);
      for (const seq of rewritten) {
        await send(db, ada, channel, `${seq}`);
        await edit(db, ada, channel, seq, 'a'.repeat(40_000));
      }
      const first = await page(db, bob, channel, ', after_change => 0');
      expect(first).toMatchObject({ last_change: 25 });
      const second = await page(db, bob, channel, ', after_change => 25');
      expect(second).toMatchObject({ last_change: 27 });
      const seqs = [first, second].flatMap(({ changed }) => changed.map(({ message }) => message.seq));
      expect(seqs).toEqual(rewritten);
    }));

  it('is found by an index, however much was reacted to and edited before', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      await send(db, ada, channel, '1');
      await db`insert into chat.message_edits (channel_id, seq, change, body, custom, files, written_at)
               select ${channel}, 1, n, 'x', '{}', '[]', now() from generate_series(1, 20000) n`;
      await db.unsafe('analyze chat.message_edits');
      const [source] = await db`select prosrc from pg_proc where proname = 'rewritten'`;
      const query = `${source?.prosrc}`
        .replaceAll('rewritten.channel_id', `'${channel}'`)
        .replaceAll('rewritten.after_change', '19990')
        .replaceAll('page_size', '50');
      const plan = await db.unsafe(`explain ${query}`);
      expect(JSON.stringify(plan)).toContain('message_edits_change_idx');
    }));
});

describe('direct messages', () => {
  it('that somebody has put out of sight are no conversation of theirs, until something is said', () =>
    rolledBack(async (db) => {
      const { ada, bob, dm } = await createDm(db);
      await asUser(db, ada, (as) => as`select chat.delete_conversation(${dm})`);
      expect(await refusal(page(db, ada, dm))).toBe('channel_not_found');
      const again = asUser(db, ada, (as) => as`select chat.delete_conversation(${dm})`);
      expect(await refusal(again)).toBe('channel_not_found');
      expect((await page(db, bob, dm)).messages).toEqual([]);
      await db`update chat.channel_states set hidden_at = hidden_at - interval '1 second' where channel_id = ${dm}`;
      await send(db, bob, dm, 'Hello?');
      expect((await page(db, ada, dm)).messages).toHaveLength(1);
    }));

  it.each([
    [
      'by themself',
      (db: Db, user: string) => asUser(db, user, (as) => as`select chat.delete_account(${user})`),
    ],
    [
      'by an admin',
      async (db: Db, user: string) => {
        const root = await createAdmin(db);
        await asUser(db, root, (as) => as`select chat.delete_user(${user})`);
      },
    ],
    ['in Auth for good', (db: Db, user: string) => db`delete from auth.users where id = ${user}`],
  ])('with somebody who is deleted %s can be read, and nothing more be said', (_, remove) =>
    rolledBack(async (db) => {
      const { ada, bob, dm } = await createDm(db);
      await send(db, bob, dm, 'Farewell');
      await remove(db, bob);
      expect(await refusal(send(db, ada, dm, 'Bob?'))).toBe('channel_archived');
      const { conversation, messages } = await page(db, ada, dm);
      expect(conversation).toMatchObject({ name: 'deleted-user', member_count: 1 });
      expect(messages).toHaveLength(1);
      const heard = await db<{ event: string }[]>`
        select event from realtime.messages where topic = ${`user:${ada}`} and event = 'channel:updated'`;
      expect(heard).toHaveLength(1);
    }),
  );

  it('with somebody who is suspended go on when they are back', () =>
    rolledBack(async (db) => {
      const { ada, bob, dm } = await createDm(db);
      const root = await createAdmin(db);
      await asUser(db, root, (as) => as`select chat.suspend_user(${bob}, 'noise')`);
      await send(db, ada, dm, 'Bob?');
      expect((await page(db, ada, dm)).conversation.member_count).toBe(2);
    }));

  it('are called by the username of whoever has no other name, also by a new one', () =>
    rolledBack(async (db) => {
      const { ada, bob, dm } = await createDm(db);
      const rename = async (username: string) => {
        await asUser(db, bob, (as) => as`select chat.update_profile(username => ${username})`);
        return (await page(db, ada, dm)).conversation.name;
      };
      await db`update chat.profiles set name = username where id = ${bob}`;
      const first = `bob-${randomUUID().slice(0, 8)}`;
      expect(await rename(first)).toBe(first);
      await asUser(db, bob, (as) => as`select chat.update_profile('Bob Builder')`);
      expect(await rename(`eve-${randomUUID().slice(0, 8)}`)).toBe('Bob Builder');
    }));

  it('to oneself are called by the own name', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db, { name: 'Ada' });
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${ada})`);
      expect((await page(db, ada, dm?.id as string)).conversation.name).toBe('Ada');
    }));
});
