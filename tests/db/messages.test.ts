import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { sendFiles, upload } from '../helpers/files.ts';
import { createPrivateChannel, createRoom, heard, send } from '../helpers/room.ts';

afterAll(() => database.end());

describe('send_message', () => {
  it('numbers the messages of a channel from 1 without gaps, whoever sends', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      expect(await refusal(send(db, bob, channel, ''))).toBe('message_empty');
      await send(db, bob, channel, 'two');
      const rows =
        await db`select seq::int, body from chat.messages where channel_id = ${channel} order by seq`;
      expect([...rows]).toEqual([
        { seq: 1, body: 'one' },
        { seq: 2, body: 'two' },
      ]);
    }));

  it('returns the first message when an id is sent again, and hands out no number for it', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const id = randomUUID();
      const first = await send(db, ada, channel, 'once', { id });
      const second = await send(db, ada, channel, 'once', { id });
      expect(second).toEqual(first);
      expect((await send(db, ada, channel, 'next')).seq).toBe(2);
    }));

  it('returns what is left of a deleted message when its id is sent again', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const id = randomUUID();
      await send(db, ada, channel, 'once', { id });
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
      expect(await send(db, ada, channel, 'once', { id })).toMatchObject({ seq: 1, body: '' });
    }));

  it('takes custom data of exactly 16 KB and no more', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const custom = (bytes: number) =>
        db.json({ a: `${'é'.repeat((bytes - '{"a": ""}'.length - 1) / 2)}x` });
      const sent = (bytes: number) =>
        refusal(
          asUser(db, ada, (as) => as`select chat.send_message(${channel}, 'x', custom => ${custom(bytes)})`),
        );
      expect(await sent(16_384)).toBeUndefined();
      expect(await sent(16_386)).toBe('invalid_custom');
    }));

  it('takes custom data of 100 levels and no more', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const sent = (levels: number) => {
        const custom = `{"a": ${'['.repeat(levels)}${']'.repeat(levels)}}`;
        return refusal(
          asUser(
            db,
            ada,
            (as) => as`select chat.send_message(${channel}, 'x', custom => ${custom}::text::jsonb)`,
          ),
        );
      };
      expect(await sent(100)).toBeUndefined();
      expect(await sent(101)).toBe('invalid_custom');
    }));

  it('is no activity when its id is sent again', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const id = randomUUID();
      const first = await send(db, ada, channel, 'once', { id });
      await send(db, ada, channel, 'once', { id });
      const [counter] =
        await db`select last_message_at from chat.channel_counters where channel_id = ${channel}`;
      expect(counter?.last_message_at).toEqual(first.created_at);
    }));

  it("refuses an id that is somebody else's message, here or in another channel", () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const other = await createRoom(db);
      const id = randomUUID();
      await send(db, ada, channel, 'mine', { id });
      expect(await refusal(send(db, bob, channel, 'stolen', { id }))).toBe('message_id_taken');
      expect(await refusal(send(db, other.ada, other.channel, 'stolen', { id }))).toBe('message_id_taken');
      expect((await send(db, other.ada, other.channel, 'fine')).seq).toBe(1);
    }));

  it.each([
    ['no text', '', 'message_empty'],
    ['only white space', ' \t\r\n ', 'message_empty'],
    ['40,001 characters', 'x'.repeat(40_001), 'message_too_long'],
  ])('refuses %s and changes nothing', (_name, body, code) =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      expect(await refusal(send(db, ada, channel, body))).toBe(code);
      const [counter] =
        await db`select last_seq::int from chat.channel_counters where channel_id = ${channel}`;
      expect(counter?.last_seq).toBe(0);
    }),
  );

  it('takes 40,000 characters of any script', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const body = '語😀'.repeat(20_000);
      expect((await send(db, ada, channel, body)).body).toBe(body);
    }));

  it('hides a private channel from a stranger, and asks a stranger of a public one to join', () =>
    rolledBack(async (db) => {
      const { channel, eve } = await createRoom(db);
      expect(await refusal(send(db, eve, channel, 'hi'))).toBe('channel_not_found');
      expect(await refusal(send(db, eve, randomUUID(), 'hi'))).toBe('channel_not_found');
      const [open] =
        await db`insert into chat.channels (kind, slug) values ('public', ${`open-${eve}`}) returning id`;
      expect(await refusal(send(db, eve, open?.id, 'hi'))).toBe('not_a_member');
    }));

  it('is limited only where the operator wants it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await db`insert into chat_private.rate_limit_rules (bucket, burst, period) values ('send_message', 2, '1 hour')`;
      for (const body of ['one', 'two']) await send(db, ada, channel, body);
      expect(await refusal(send(db, ada, channel, 'three'))).toBe('rate_limited');
      expect((await send(db, bob, channel, 'three')).seq).toBe(3);
    }));

  it('keeps one message and no gap when the same id arrives twice at once', async () => {
    const people = await database.begin((db) => createRoom(db as unknown as Db));
    const id = randomUUID();
    const attempt = () =>
      database.begin((db) => send(db as unknown as Db, people.ada, people.channel, 'twice', { id }));
    const results = await Promise.all(Array.from({ length: 4 }, attempt));
    expect(new Set(results.map((row) => row.seq))).toEqual(new Set([1]));
    const [counter] =
      await database`select last_seq::int from chat.channel_counters where channel_id = ${people.channel}`;
    expect(counter?.last_seq).toBe(1);
  });

  it('gives every message of many senders at once its own place', async () => {
    const people = await database.begin((db) => createRoom(db as unknown as Db));
    const attempt = (_: unknown, n: number) =>
      database.begin((db) =>
        send(db as unknown as Db, n % 2 ? people.ada : people.bob, people.channel, `${n}`),
      );
    await Promise.all(Array.from({ length: 40 }, attempt));
    const rows =
      await database`select seq::int from chat.messages where channel_id = ${people.channel} order by seq`;
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });
});

describe('list_messages', () => {
  it('pages backwards from the newest and forwards from a place', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const n of [1, 2, 3, 4, 5]) await send(db, ada, channel, `${n}`);
      const page = (query: (as: Db) => Promise<readonly { body: string }[]>) =>
        asUser(db, bob, async (as) => (await query(as)).map((row) => row.body));
      expect(await page((as) => as`select body from chat.list_messages(${channel}, page_size => 2)`)).toEqual(
        ['5', '4'],
      );
      expect(
        await page(
          (as) => as`select body from chat.list_messages(${channel}, before_seq => 4, page_size => 2)`,
        ),
      ).toEqual(['3', '2']);
      expect(await page((as) => as`select body from chat.list_messages(${channel}, after_seq => 3)`)).toEqual(
        ['4', '5'],
      );
    }));

  it('refuses a stranger and a page of 201', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      const list = (user: string, size: number) =>
        refusal(asUser(db, user, (as) => as`select chat.list_messages(${channel}, page_size => ${size})`));
      expect(await list(eve, 50)).toBe('channel_not_found');
      expect(await list(ada, 201)).toBe('invalid_page_size');
      expect(await list(ada, 0)).toBe('invalid_page_size');
    }));
});

describe('mentions', () => {
  it('of usernames, full names and ids mean members and nobody else', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      const [row] = await db`select username from chat.profiles where id = ${bob}`;
      const meant = async (body: string) => (await send(db, ada, channel, body)).mention_ids;
      expect(await meant(`Hello @${row?.username}.`)).toEqual([bob]);
      expect(await meant(`(@${row?.username.toUpperCase()})`)).toEqual([bob]);
      expect(await meant('@[bob] and @[Ada]')).toEqual(expect.arrayContaining([ada, bob]));
      expect(await meant(`@<${bob}>`)).toEqual([bob]);
      expect(await meant(`@${bob}, <@${bob.toUpperCase()}>`)).toEqual([bob]);
      expect(await meant(`@<${eve}> @[Eve] @Eve @${eve} <@${eve}>`)).toEqual([]);
      expect(await meant(`mail x@${row?.username} or @@${row?.username}`)).toEqual([]);
    }));

  it('mean whoever has the longest name that ends where a word does', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`);
      await db`update chat.profiles set name = 'Bob Baker' where id = ${bob}`;
      await db`update chat.profiles set name = ${"Bob O'Brien (Ops)"} where id = ${eve}`;
      await db`update chat.profiles set name = 'Bob' where id = ${ada}`;
      const meant = async (body: string) => (await send(db, ada, channel, body)).mention_ids;
      expect(await meant('Hello @Bob Baker, hello')).toEqual([bob]);
      expect(await meant("it is @bob baker's")).toEqual([bob]);
      expect(await meant('_so @Bob Baker_')).toEqual([bob]);
      expect(await meant("thanks @Bob O'Brien (Ops)!")).toEqual([eve]);
      expect(await meant('@Bob Bakery')).toEqual([ada]);
      expect(await meant('@Bob Baker-Smith')).toEqual([ada]);
      expect(await meant('@Bob\nBaker')).toEqual([ada]);
      expect(await meant('@bob. @Bob Baker')).toEqual(expect.arrayContaining([ada, bob]));
      expect(await meant('@bobby, @bob.x, a/@bob')).toEqual([]);
      expect((await send(db, ada, channel, '@channels @here-abouts')).mentions_everyone).toBeNull();
    }));

  it('of everyone are a mark on the message and no rows', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      expect((await send(db, ada, channel, 'look @channel')).mentions_everyone).toBe('channel');
      expect((await send(db, ada, channel, 'look @here')).mentions_everyone).toBe('here');
      expect((await send(db, ada, channel, 'Dear @channel.')).mentions_everyone).toBe('channel');
      expect((await send(db, ada, channel, 'no@channel')).mentions_everyone).toBeNull();
      expect(await db`select from chat.mentions where channel_id = ${channel}`).toHaveLength(0);
    }));

  it('of @here mean the members who are there, until the message is deleted', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`);
      await db`insert into chat.presence (user_id, status) values (${bob}, 'online'), (${ada}, 'online')
               on conflict (user_id) do update set status = excluded.status`;
      const meant = async () =>
        (await db`select user_id from chat.mentions where channel_id = ${channel}`).map((row) => row.user_id);
      await send(db, ada, channel, 'look @here');
      expect(await meant()).toEqual([bob]);
      const bumps = await heard(db, `user:${bob}`, 'channel:bumped');
      expect(bumps.at(-1)).toMatchObject({ is_mention: true });
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
      expect(await meant()).toEqual([]);
      await send(db, ada, channel, 'look');
      await asUser(db, ada, (as) => as`select chat.edit_message(${channel}, 2, 'look @here')`);
      expect(await meant()).toEqual([bob]);
    }));

  it('of nobody are text, however many there are', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const body = Array.from({ length: 201 }, (_, n) => `@user${n}`).join(' ');
      expect((await send(db, ada, channel, body)).mention_ids).toEqual([]);
    }));

  it('are looked for in as much as a text can hold, and in no more', () =>
    rolledBack(async (db) => {
      for (const text of ['@'.repeat(40_000), '@a b '.repeat(8_000), `@${'. '.repeat(20_000)}`]) {
        const [found] = await db`
          select count(*)::int as candidates, coalesce(sum(char_length(name)), 0)::int as characters
            from chat_private.mention_candidates(${text})`;
        expect(found?.candidates).toBeLessThan(100);
        expect(found?.characters).toBeLessThan(10_000);
      }
      const lines = Array.from({ length: 480 }, (_, n) => `@${'.'.repeat(76)}${n}`).join(' ');
      const [most] =
        await db`select count(*)::int as candidates from chat_private.mention_candidates(${lines})`;
      expect(most?.candidates).toBeLessThan(40_000);
    }));

  it('of more than 200 people are refused', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const crowd = db`
        insert into auth.users (id, email, raw_user_meta_data)
        select gen_random_uuid(), gen_random_uuid() || '@example.com', '{"name": "Twin of Ada"}' from generate_series(1, 201)
        returning id`;
      const ids = (await crowd).map((row) => row.id as string);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${ids.slice(0, 200)})`);
      expect((await send(db, ada, channel, 'Hello @[twin of ada]')).mention_ids).toHaveLength(200);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${ids.slice(200)})`);
      expect(await refusal(send(db, ada, channel, 'Hello @[twin of ada]'))).toBe('too_many_mentions');
    }));
});

describe('edit_message', () => {
  const edit = (db: Db, user: string, channel: string, seq: number, body: string) =>
    asUser(
      db,
      user,
      async (as) => (await as`select * from chat.edit_message(${channel}, ${seq}, ${body})`)[0],
    );

  it('replaces the text, says so, keeps what was there and mentions anew', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      const edited = await edit(db, ada, channel, 1, 'two @[Bob]');
      expect(edited).toMatchObject({ body: 'two @[Bob]', change: '1', mention_ids: [bob] });
      expect(edited?.edited_at).toBeInstanceOf(Date);
      const history = await asUser(db, bob, (as) => as`select body from chat.list_edits(${channel}, 1)`);
      expect([...history]).toEqual([{ body: 'one' }]);
      expect(
        await db`select from chat.mentions where user_id = ${bob} and channel_id = ${channel}`,
      ).toHaveLength(1);
      const [told] = await heard(db, `channel:${channel}:0`, 'message:updated');
      expect(told).toMatchObject({ seq: 1, change: 1, body: 'two @[Bob]', author: { id: ada } });
    }));

  it('may take the text away from files, and from nothing else', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel);
      await sendFiles(db, ada, channel, [file], 'look');
      await send(db, ada, channel, 'words');
      expect(await edit(db, ada, channel, 1, '')).toMatchObject({ body: '', file_ids: [file.id] });
      expect(await refusal(edit(db, ada, channel, 2, ''))).toBe('message_empty');
    }));

  it('is for the author, while the window is open', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await send(db, bob, channel, 'mine');
      expect(await refusal(edit(db, ada, channel, 1, 'yours'))).toBe('not_the_author');
      expect(await refusal(edit(db, eve, channel, 1, 'yours'))).toBe('channel_not_found');
      expect(await refusal(edit(db, bob, channel, 2, 'what?'))).toBe('message_not_found');
      expect(await refusal(edit(db, bob, channel, 1, ' '))).toBe('message_empty');
      expect(await refusal(edit(db, bob, channel, 1, 'x'.repeat(40_001)))).toBe('message_too_long');
      await db`update chat.settings set value = '0' where name = 'edit_window_seconds'`;
      expect(await refusal(edit(db, bob, channel, 1, 'late'))).toBe('edit_window_closed');
    }));
});

describe('delete_message', () => {
  const remove = (db: Db, user: string, channel: string, seq: number) =>
    asUser(db, user, (as) => as`select * from chat.delete_message(${channel}, ${seq})`);

  it('leaves an empty place, for the author and for admins of the channel', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await send(db, bob, channel, 'first');
      await send(db, ada, channel, 'second');
      expect(await refusal(remove(db, bob, channel, 3))).toBe('not_a_channel_admin');
      expect(await refusal(remove(db, ada, channel, 1))).toBe('not_the_author');
      expect((await remove(db, ada, channel, 2))[0]).toMatchObject({
        body: '',
        deleted_by: ada,
        change: '1',
      });
      expect(await refusal(remove(db, ada, channel, 2))).toBe('message_deleted');
      const [told] = await heard(db, `channel:${channel}:0`, 'message:deleted');
      expect(told).toMatchObject({ seq: 2, body: '' });
      const page = await asUser(db, bob, (as) => as`select body from chat.list_messages(${channel})`);
      expect(page.map((row) => row.body)).toEqual(['second', '', 'Channel created']);
    }));

  it('shows what was said to platform admins only', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await send(db, ada, channel, 'secret');
      await remove(db, ada, channel, 1);
      const read = (user: string) =>
        asUser(db, user, (as) => as`select body from chat.message_edits where channel_id = ${channel}`);
      expect(await read(bob)).toHaveLength(0);
      expect(await read(ada)).toHaveLength(0);
      await db`update chat.accounts set role = 'admin' where user_id = ${eve}`;
      expect([...(await read(eve))]).toEqual([{ body: 'secret' }]);
    }));

  it('ends what can be done with a message', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      await send(db, ada, channel, 'gone');
      await remove(db, ada, channel, 1);
      const refused = (query: (as: Db) => Promise<unknown>) => refusal(asUser(db, ada, query));
      expect(await refused((as) => as`select chat.edit_message(${channel}, 1, 'back')`)).toBe(
        'message_deleted',
      );
      expect(await refused((as) => as`select chat.add_reaction(${channel}, 1, '👍')`)).toBe(
        'message_deleted',
      );
      expect(await refused((as) => as`select chat.pin_message(${channel}, 1)`)).toBe('message_deleted');
      expect(await refused((as) => as`select chat.add_bookmark(${channel}, 1)`)).toBe('message_not_found');
      expect(await refusal(send(db, ada, channel, 'reply', { parent: 1 }))).toBe('message_deleted');
    }));
});

describe('list_changes', () => {
  it('brings every message that changed since, once and in the order of its last change', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const n of [1, 2, 3]) await send(db, ada, channel, `${n}`);
      await asUser(db, bob, (as) => as`select chat.add_reaction(${channel}, 3, '👍')`);
      await asUser(db, ada, (as) => as`select chat.edit_message(${channel}, 1, 'one')`);
      await send(db, bob, channel, 'reply', { parent: 3 });
      await asUser(db, ada, (as) => as`select chat.pin_message(${channel}, 2)`);
      const changes = (after: number) =>
        asUser(db, bob, async (as) =>
          (await as`select seq::int, change::int from chat.list_changes(${channel}, ${after})`).map((row) => [
            row.change,
            row.seq,
          ]),
        );
      expect(await changes(0)).toEqual([
        [2, 1],
        [3, 3],
        [4, 2],
      ]);
      expect(await changes(3)).toEqual([[4, 2]]);
      const [counter] =
        await db`select last_change::int from chat.channel_counters where channel_id = ${channel}`;
      expect(counter?.last_change).toBe(4);
    }));

  it('counts nothing that was refused or changed nothing', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      await asUser(db, ada, (as) => as`select chat.add_reaction(${channel}, 1, '👍')`);
      await asUser(db, ada, (as) => as`select chat.add_reaction(${channel}, 1, '👍')`);
      await asUser(db, bob, (as) => as`select chat.remove_reaction(${channel}, 1, '👍')`);
      await asUser(db, ada, (as) => as`select chat.pin_message(${channel}, 1, false)`);
      await refusal(asUser(db, bob, (as) => as`select chat.edit_message(${channel}, 1, 'x')`));
      const [counter] =
        await db`select last_change::int from chat.channel_counters where channel_id = ${channel}`;
      expect(counter?.last_change).toBe(1);
    }));
});
