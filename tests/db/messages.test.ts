import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

interface Room {
  channel: string;
  ada: string;
  bob: string;
  eve: string;
}

/** A private channel with Ada (its admin) and Bob; Eve is a stranger. */
async function room(db: Db): Promise<Room> {
  const [ada, bob, eve] = [await createUser(db), await createUser(db), await createUser(db)];
  const [channel] = await asUser(
    db,
    ada,
    (as) => as`select id from chat.create_channel(${`room-${ada}`}, 'private', member_ids => ${[bob]})`,
  );
  return { channel: channel?.id as string, ada, bob, eve };
}

const send = (db: Db, author: string, channel: string, body: string, id: string | null = null) =>
  asUser(
    db,
    author,
    async (as) => (await as`select * from chat.send_message(${channel}, ${body}, ${id})`)[0],
  );

const unread = (db: Db, user: string, channel: string) =>
  asUser(db, user, async (as) => {
    const [row] = await as`select unread_count::int from chat.my_channels where id = ${channel}`;
    return row?.unread_count;
  });

describe('send_message', () => {
  it('numbers the messages of a channel from 1 without gaps, whoever sends', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await room(db);
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
      const { channel, ada } = await room(db);
      const id = randomUUID();
      const first = await send(db, ada, channel, 'once', id);
      const second = await send(db, ada, channel, 'once', id);
      expect(second).toEqual(first);
      expect((await send(db, ada, channel, 'next'))?.seq).toBe('2');
    }));

  it('is no activity when its id is sent again', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await room(db);
      const id = randomUUID();
      const first = await send(db, ada, channel, 'once', id);
      await send(db, ada, channel, 'once', id);
      const [counter] =
        await db`select last_message_at from chat.channel_counters where channel_id = ${channel}`;
      expect(counter?.last_message_at).toEqual(first?.created_at);
    }));

  it('has a text also when it is written to the table itself', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await room(db);
      const blank = asUser(
        db,
        ada,
        (as) => as`insert into chat.messages (channel_id, body) values (${channel}, ${' \n\t'})`,
      );
      expect(await refusal(blank)).toBe('23514');
    }));

  it("refuses an id that is somebody else's message, here or in another channel", () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await room(db);
      const other = await room(db);
      const id = randomUUID();
      await send(db, ada, channel, 'mine', id);
      expect(await refusal(send(db, bob, channel, 'stolen', id))).toBe('message_id_taken');
      expect(await refusal(send(db, other.ada, other.channel, 'stolen', id))).toBe('message_id_taken');
      expect((await send(db, other.ada, other.channel, 'fine'))?.seq).toBe('1');
    }));

  it.each([
    ['no text', '', 'message_empty'],
    ['only white space', ' \t\r\n ', 'message_empty'],
    ['40,001 characters', 'x'.repeat(40_001), 'message_too_long'],
  ])('refuses %s and changes nothing', (_name, body, code) =>
    rolledBack(async (db) => {
      const { channel, ada } = await room(db);
      expect(await refusal(send(db, ada, channel, body))).toBe(code);
      const [counter] =
        await db`select last_seq::int from chat.channel_counters where channel_id = ${channel}`;
      expect(counter?.last_seq).toBe(0);
    }),
  );

  it('takes 40,000 characters of any script', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await room(db);
      const body = '語😀'.repeat(20_000);
      expect((await send(db, ada, channel, body))?.body).toBe(body);
    }));

  it('hides a private channel from a stranger, and asks a stranger of a public one to join', () =>
    rolledBack(async (db) => {
      const { channel, eve } = await room(db);
      expect(await refusal(send(db, eve, channel, 'hi'))).toBe('channel_not_found');
      expect(await refusal(send(db, eve, randomUUID(), 'hi'))).toBe('channel_not_found');
      const [open] =
        await db`insert into chat.channels (kind, slug) values ('public', ${`open-${eve}`}) returning id`;
      expect(await refusal(send(db, eve, open?.id, 'hi'))).toBe('not_a_member');
    }));

  it('cannot be sent in the name of another', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await room(db);
      const forged = asUser(
        db,
        bob,
        (as) =>
          as`insert into chat.messages (channel_id, body, author_id) values (${channel}, 'forged', ${ada})`,
      );
      expect(await refusal(forged)).toBe('42501');
    }));

  it('keeps one message and no gap when the same id arrives twice at once', async () => {
    const people = await database.begin((db) => room(db as unknown as Db));
    const id = randomUUID();
    const attempt = () =>
      database.begin((db) => send(db as unknown as Db, people.ada, people.channel, 'twice', id));
    const results = await Promise.all(Array.from({ length: 4 }, attempt));
    expect(new Set(results.map((row) => row?.seq))).toEqual(new Set(['1']));
    const [counter] =
      await database`select last_seq::int from chat.channel_counters where channel_id = ${people.channel}`;
    expect(counter?.last_seq).toBe(1);
  });

  it('gives every message of many senders at once its own place', async () => {
    const people = await database.begin((db) => room(db as unknown as Db));
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
      const { channel, ada, bob } = await room(db);
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
      const { channel, ada, eve } = await room(db);
      const list = (user: string, size: number) =>
        refusal(asUser(db, user, (as) => as`select chat.list_messages(${channel}, page_size => ${size})`));
      expect(await list(eve, 50)).toBe('channel_not_found');
      expect(await list(ada, 201)).toBe('invalid_page_size');
      expect(await list(ada, 0)).toBe('invalid_page_size');
    }));
});

describe('unread', () => {
  it('counts what others said after the marker and never own messages', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await room(db);
      await send(db, ada, channel, 'one');
      await send(db, bob, channel, 'two');
      await send(db, ada, channel, 'three');
      expect(await unread(db, bob, channel)).toBe(2);
      expect(await unread(db, ada, channel)).toBe(1);
      await asUser(db, bob, (as) => as`select chat.mark_read(${channel}, 1)`);
      expect(await unread(db, bob, channel)).toBe(1);
    }));

  it('lets a marker move neither back nor past the last message', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await room(db);
      for (const n of [1, 2, 3]) await send(db, ada, channel, `${n}`);
      const mark = (seq: number) =>
        asUser(
          db,
          bob,
          async (as) =>
            (await as`select last_read_seq::int as seq from chat.mark_read(${channel}, ${seq})`)[0]?.seq,
        );
      expect(await mark(2)).toBe(2);
      expect(await mark(1)).toBe(2);
      expect(await mark(99)).toBe(3);
      expect(await refusal(mark(-1))).toBe('invalid_seq');
    }));

  it('starts at nothing for somebody who joins later', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await room(db);
      await send(db, ada, channel, 'history');
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`);
      expect(await unread(db, eve, channel)).toBe(0);
    }));
});
