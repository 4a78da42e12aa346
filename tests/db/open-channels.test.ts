/** What is read by people who are in no channel of it, and by nobody: the server asks in place of whoever has no account. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asRole, asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

const asServer = <T>(db: Db, run: (db: Db) => Promise<T>) =>
  asRole(db, 'service_role', { role: 'service_role' }, run);

async function createOpenChannel(db: Db) {
  const ada = await createUser(db, { username: `ada-${randomUUID().slice(0, 8)}` });
  const [row] = await asUser(
    db,
    ada,
    (as) => as`select id from chat.create_channel(${`open-${ada}`}, 'public', is_open => true)`,
  );
  return { ada, channel: row?.id as string };
}

/** So many messages of 40,000 letters after what is there, replies where there is a root. */
async function fill(
  db: Db,
  { channel, ada }: { channel: string; ada: string },
  count: number,
  root?: number,
) {
  await db`set local session_replication_role = replica`;
  await db`
    insert into chat.messages (channel_id, seq, author_id, body, rank, author_rank, parent_seq, in_channel)
    select ${channel}, c.last_seq + n, ${ada}, repeat('a', 40000), n, n, ${root ?? null}, ${root === undefined}
      from chat.channel_counters c cross join generate_series(1, ${count}::integer) n where c.channel_id = ${channel}`;
  await db`update chat.channel_counters set last_seq = last_seq + ${count}::integer where channel_id = ${channel}`;
  await db`set local session_replication_role = origin`;
}

describe('a page of an open channel', () => {
  it('ends early after 1 MB of text, and the next one goes on where it ended', () =>
    rolledBack(async (db) => {
      const room = await createOpenChannel(db);
      await fill(db, room, 40);
      const page = (before: string | null) =>
        asServer(
          db,
          (as) => as`
            select id, seq::integer from unnest(chat.list_readable_messages(${room.channel}, ${before}, 200)) order by seq`,
        );
      const newest = await page(null);
      const older = await page(newest[0]?.id);
      expect([newest.length, older.length]).toEqual([25, 15]);
      expect(newest[0]?.seq).toBe((older.at(-1)?.seq as number) + 1);
      expect(await page(older[0]?.id)).toHaveLength(0);
      const [history] = await asServer(
        db,
        (as) => as`select cardinality((chat.read_history(${room.channel}, null, 200)).messages) as size`,
      );
      expect(history?.size).toBe(25);
    }));
});

describe('a page of a thread', () => {
  it('ends early after 1 MB of text, says that there is more, and marks no more than it shows as read', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const root = await send(db, ada, channel, 'root');
      await send(db, bob, channel, 'first', { parent: 1 });
      await fill(db, { channel, ada }, 30, 1);
      const page = async (after: string | null) => {
        const [row] = await asUser(
          db,
          bob,
          (as) => as`
            select p.has_more, cardinality(p.replies) as size, (p.replies[cardinality(p.replies)]).id as last
              from chat.read_thread(${channel}, ${root.id}, ${after}) p`,
        );
        const [mark] = await db`
          select last_read_seq::integer as seq from chat.thread_members where channel_id = ${channel} and user_id = ${bob}`;
        return { ...row, read: mark?.seq };
      };
      const first = await page(null);
      expect(first).toMatchObject({ has_more: true, size: 26, read: 27 });
      expect(await page((first as { last?: string }).last ?? null)).toMatchObject({
        has_more: false,
        size: 5,
      });
    }));
});

describe('the server, asking in place of nobody,', () => {
  it('reads channels and files that are open, and nothing else', () =>
    rolledBack(async (db) => {
      const { channel: open } = await createOpenChannel(db);
      const { channel: closed, ada } = await createOpenChannel(db);
      const file = async (channel: string) => {
        const sent = await send(db, ada, channel, 'here');
        const [row] = await db`
          insert into chat.files (folder_id, channel_id, seq, uploader_id, name, mime_type, size, uploaded_at)
          values (${channel}, ${channel}, ${sent.seq}, ${ada}, 'a.txt', 'text/plain', 5, now()) returning id`;
        return row?.id as string;
      };
      const own = await file(closed);
      const listed = async () => {
        const [row] = await asServer(
          db,
          (as) => as`
            select array(select id from chat.list_readable_channels(page_size => 200)) as channels,
                   array(select id from chat.list_readable_files(page_size => 200)) as files`,
        );
        return [...(row?.channels ?? []), ...(row?.files ?? [])].filter((id) =>
          [open, closed, own].includes(id),
        );
      };
      const answers = async () => [
        await refusal(asServer(db, (as) => as`select chat.list_readable_messages(${closed})`)),
        await refusal(asServer(db, (as) => as`select chat.read_history(${closed})`)),
        await refusal(asServer(db, (as) => as`select chat.get_readable_file(${own})`)),
      ];
      expect(await listed()).toEqual([closed, open, own]);
      expect(await answers()).toEqual([undefined, undefined, undefined]);
      await asUser(db, ada, (as) => as`select chat.update_channel(${closed}, is_open => false)`);
      expect(await listed()).toEqual([open]);
      expect(await answers()).toEqual(['channel_not_found', 'channel_not_found', 'file_not_found']);
    }));
});
