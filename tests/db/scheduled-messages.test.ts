import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, rolledBack } from '../helpers/database.ts';
import { createRoom, heard } from '../helpers/room.ts';

afterAll(() => database.end());

const schedule = (
  db: Db,
  author: string,
  channel: string,
  { body = 'later', at = '1 hour', id = randomUUID() as string } = {},
) =>
  asUser(db, author, async (as) => {
    const [row] = await as`
      select * from chat.schedule_message(${channel}, clock_timestamp() + ${at}::interval, ${body}, ${id})`;
    return row as unknown as { id: string; status: string; author_id: string };
  });

/** Time passes for what waits. */
const becomeDue = (db: Db, id: string) =>
  db`update chat.scheduled_messages set scheduled_for = 'epoch' where id = ${id}`;

/** What the worker does, for this message only: others of the stack are not due in this transaction's eyes. */
const sendDue = async (db: Db) => {
  const [row] = await db`select * from chat_private.send_scheduled_message()`;
  return row as unknown as { id: string | null; status: string | null; failure: string | null };
};

describe('scheduled messages', () => {
  it('wait without being a message, and become one with the same id when they are due', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      const { id, status } = await schedule(db, ada, channel);
      expect(status).toBe('pending');
      expect(await db`select from chat.messages where channel_id = ${channel}`).toHaveLength(0);
      await becomeDue(db, id);
      expect(await sendDue(db)).toEqual({ id, status: 'sent', failure: null });
      expect(await db`select id, body, author_id from chat.messages where channel_id = ${channel}`).toEqual([
        { id, body: 'later', author_id: ada },
      ]);
      expect(await heard(db, `channel:${channel}:0`, 'message:new')).toMatchObject([{ id }]);
    }));

  it('are the same one when they are scheduled again under their id', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      const first = await schedule(db, ada, channel);
      expect(await schedule(db, ada, channel, { id: first.id, body: 'other' })).toEqual(first);
    }));

  it('are refused for a time that has passed, for no text, and under the id of a message', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await expect(schedule(db, ada, channel, { at: '-1 second' })).rejects.toThrow('invalid_time');
      await expect(schedule(db, ada, channel, { body: ' ' })).rejects.toThrow('message_empty');
      const [message] = await asUser(db, ada, (as) => as`select id from chat.send_message(${channel}, 'x')`);
      await expect(schedule(db, ada, channel, { id: message?.id as string })).rejects.toThrow(
        'message_id_taken',
      );
    }));

  it('say why they were refused when their time came, and are not tried again', () =>
    rolledBack(async (db) => {
      const { ada, bob, channel } = await createRoom(db);
      const { id } = await schedule(db, bob, channel);
      await db`delete from chat.channel_members where channel_id = ${channel} and user_id = ${bob}`;
      await becomeDue(db, id);
      expect(await sendDue(db)).toEqual({ id, status: 'failed', failure: 'channel_not_found' });
      expect(
        await db`select from chat.messages where channel_id = ${channel} and author_id = ${bob}`,
      ).toHaveLength(0);
      const mine = await asUser(
        db,
        bob,
        (as) => as`select status, failure from chat.list_scheduled_messages()`,
      );
      expect([...mine]).toEqual([{ status: 'failed', failure: 'channel_not_found' }]);
      expect(await asUser(db, ada, (as) => as`select from chat.list_scheduled_messages()`)).toHaveLength(0);
    }));

  it('are called off by their author once, and only while they wait', () =>
    rolledBack(async (db) => {
      const { ada, bob, channel } = await createRoom(db);
      const { id } = await schedule(db, ada, channel);
      const cancel = (user: string) =>
        asUser(db, user, (as) => as`select status from chat.cancel_scheduled_message(${id})`);
      await expect(cancel(bob)).rejects.toThrow('scheduled_message_not_found');
      expect([...(await cancel(ada))]).toEqual([{ status: 'cancelled' }]);
      await expect(cancel(ada)).rejects.toThrow('scheduled_message_ended');
      await becomeDue(db, id);
      expect((await sendDue(db)).id).not.toBe(id);
    }));

  it('of one person are 500 at most', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await db`insert into chat.scheduled_messages (author_id, channel_id, body, scheduled_for)
               select ${ada}, ${channel}, 'x', now() + n * interval '1 hour' from generate_series(1, 500) n`;
      await expect(schedule(db, ada, channel)).rejects.toThrow('too_many_scheduled_messages');
    }));

  it('are listed page by page, the latest time first', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      for (const at of ['1 hour', '3 hours', '2 hours']) await schedule(db, ada, channel, { body: at, at });
      const [first] = await asUser(
        db,
        ada,
        (as) => as`select * from chat.list_scheduled_messages(page_size => 1)`,
      );
      const rest = await asUser(
        db,
        ada,
        (as) => as`
        select body from chat.list_scheduled_messages('pending', ${first?.scheduled_for}, ${first?.id})`,
      );
      expect([first?.body, ...rest.map(({ body }) => body)]).toEqual(['3 hours', '2 hours', '1 hour']);
    }));
});
