import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { announce, type FileRow, messageAt, remove, sendFiles, stateOf, upload } from '../helpers/files.ts';
import { createRoom, heard } from '../helpers/room.ts';

afterAll(() => database.end());

describe('a message with files', () => {
  it('needs no text, shows the files in their order, and each once', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [one, two] = [
        await upload(db, ada, channel, { name: '1.txt' }),
        await upload(db, ada, channel, { name: '2.txt' }),
      ];
      const sent = await sendFiles(db, ada, channel, [two, one, two]);
      expect(sent.file_ids).toEqual([two.id, one.id]);
      expect(sent.files).toMatchObject([
        { id: two.id, name: '2.txt', mime_type: 'text/plain', size: 5, width: null, height: null },
        { id: one.id, name: '1.txt', mime_type: 'text/plain', size: 5, width: null, height: null },
      ]);
      expect(await stateOf(db, one)).toEqual({ seq: sent.seq, uploaded: true, deleted: false });
    }));

  it.each([
    ['a file that does not exist', 'file_not_found', async () => ({ id: randomUUID() })],
    [
      "somebody else's file",
      'file_not_found',
      (db: Db, room: { channel: string; bob: string }) => upload(db, room.bob, room.channel),
    ],
    [
      'a file of another channel',
      'file_not_found',
      async (db: Db, room: { ada: string }) => {
        const [dm] = await asUser(db, room.ada, (as) => as`select id from chat.open_dm(${room.ada})`);
        return upload(db, room.ada, dm?.id as string);
      },
    ],
    [
      'a file that is not uploaded',
      'file_not_uploaded',
      (db: Db, room: { channel: string; ada: string }) => announce(db, room.ada, room.channel),
    ],
    [
      'a file of another message',
      'file_already_sent',
      async (db: Db, room: { channel: string; ada: string }) => {
        const file = await upload(db, room.ada, room.channel);
        await sendFiles(db, room.ada, room.channel, [file]);
        return file;
      },
    ],
  ] as const)('is refused with %s', (_, code, make) =>
    rolledBack(async (db) => {
      const room = await createRoom(db);
      const good = await upload(db, room.ada, room.channel);
      const bad = await make(db, room);
      const [before] =
        await db`select last_seq from chat.channel_counters where channel_id = ${room.channel}`;
      expect(await refusal(sendFiles(db, room.ada, room.channel, [good, bad], 'hi'))).toBe(code);
      expect(await stateOf(db, good)).toMatchObject({ seq: null });
      const [after] = await db`select last_seq from chat.channel_counters where channel_id = ${room.channel}`;
      expect(after).toEqual(before);
    }),
  );

  it('has at most ten', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const files: FileRow[] = [];
      for (let n = 0; n < 11; n += 1) files.push(await upload(db, ada, channel));
      expect(await refusal(sendFiles(db, ada, channel, files))).toBe('too_many_files');
      expect((await sendFiles(db, ada, channel, files.slice(1))).files).toHaveLength(10);
    }));

  it('is the first one when it is sent again', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel);
      const id = randomUUID();
      const first = await sendFiles(db, ada, channel, [file], 'once', id);
      expect(await sendFiles(db, ada, channel, [file], 'once', id)).toEqual(first);
    }));

  it('has a file for itself when two are sent with it at once', async () => {
    const { channel, ada, file } = await database.begin(async (db) => {
      const room = await createRoom(db as unknown as Db);
      return { ...room, file: await upload(db as unknown as Db, room.ada, room.channel) };
    });
    let second: Promise<string | undefined> = Promise.resolve(undefined);
    await database.begin(async (db) => {
      await sendFiles(db as unknown as Db, ada, channel, [file], 'first');
      // The second begins while the first is not committed, and has to wait for it.
      let pid = 0;
      second = refusal(
        database.begin(async (other) => {
          pid = (await other`select pg_backend_pid() as pid`)[0]?.pid;
          await sendFiles(other as unknown as Db, ada, channel, [file], 'second');
        }),
      );
      await expect
        .poll(() =>
          database`select from pg_locks where pid = ${pid} and not granted`.then(({ count }) => count),
        )
        .toBe(1);
    });
    expect(await second).toBe('file_already_sent');
    const [counter] =
      await database`select last_seq::int from chat.channel_counters where channel_id = ${channel}`;
    expect(counter?.last_seq).toBe(1);
  });

  it('is one message when the same send arrives four times at once', async () => {
    const { channel, ada, file } = await database.begin(async (db) => {
      const room = await createRoom(db as unknown as Db);
      return { ...room, file: await upload(db as unknown as Db, room.ada, room.channel) };
    });
    const id = randomUUID();
    const attempt = () =>
      database.begin((db) => sendFiles(db as unknown as Db, ada, channel, [file], 'once', id));
    const results = await Promise.all(Array.from({ length: 4 }, attempt));
    expect(new Set(results.map(({ seq }) => seq))).toEqual(new Set([1]));
  });

  it('and a file that is removed while it is sent end in agreement', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { channel, ada, file } = await database.begin(async (db) => {
        const room = await createRoom(db as unknown as Db);
        return { ...room, file: await upload(db as unknown as Db, room.ada, room.channel) };
      });
      const [sending, removing] = await Promise.all([
        refusal(database.begin((db) => sendFiles(db as unknown as Db, ada, channel, [file], 'look'))),
        refusal(database.begin((db) => remove(db as unknown as Db, file))),
      ]);
      expect([undefined, 'file_not_found']).toContain(sending);
      expect(removing).toBeUndefined();
      const shown = await database`select files from chat.messages where channel_id = ${channel}`;
      expect(shown.map((row) => row.files)).toEqual(sending ? [] : [[]]);
    }
  });

  it('loses a file that its uploader removes, and its members hear of it', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [one, two] = [await upload(db, ada, channel), await upload(db, ada, channel)];
      const { seq } = await sendFiles(db, ada, channel, [one, two], 'look');
      await remove(db, one);
      const message = await messageAt(db, channel, seq);
      expect(message).toMatchObject({
        body: 'look',
        file_ids: [two.id],
        files: [{ id: two.id }],
        deleted_at: null,
      });
      expect(message.change).toBe(1);
      expect(await stateOf(db, one)).toEqual({ seq, uploaded: true, deleted: true });
      const topic = `channel:${channel}:0`;
      expect(await heard(db, topic, 'message:updated')).toMatchObject([
        { seq, change: 1, files: [{ id: two.id }] },
      ]);
    }));

  it('goes with its last file when it has no text', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel);
      const { seq } = await sendFiles(db, ada, channel, [file]);
      await remove(db, file);
      expect(await messageAt(db, channel, seq)).toMatchObject({ files: [], deleted_at: expect.any(Date) });
    }));

  it('takes its files with it when it is deleted, and only platform admins see their rows', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const file = await upload(db, ada, channel);
      const { seq } = await sendFiles(db, ada, channel, [file], 'look');
      const seen = (user: string) =>
        asUser(db, user, async (as) => (await as`select from chat.files where id = ${file.id}`).count);
      expect(await seen(bob)).toBe(1);
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, ${seq})`);
      expect(await stateOf(db, file)).toMatchObject({ deleted: true });
      expect([await seen(ada), await seen(bob)]).toEqual([0, 0]);
      await db`update chat.accounts set role = 'admin' where user_id = ${bob}`;
      expect(await seen(bob)).toBe(1);
    }));

  it('shows what the files say, whatever an operator writes', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [file, loose] = [await upload(db, ada, channel), await upload(db, ada, channel)];
      const { seq } = await sendFiles(db, ada, channel, [file], 'look');
      const forged = db.savepoint(
        (
          step,
        ) => step`update chat.messages set files = '[{"id": "forged"}]', file_ids = ${[file.id, loose.id]}::uuid[]
                        where channel_id = ${channel} and seq = ${seq}`,
      );
      expect(await refusal(forged)).toBe('forbidden');
      expect(await messageAt(db, channel, seq)).toMatchObject({
        file_ids: [file.id],
        files: [{ id: file.id }],
      });
      await db`update chat.files set name = 'renamed.txt' where id = ${file.id}`;
      expect((await messageAt(db, channel, seq)).files).toMatchObject([{ name: 'renamed.txt' }]);
      await db`delete from chat.files where id = ${file.id}`;
      expect((await messageAt(db, channel, seq)).files).toEqual([]);
    }));
});
