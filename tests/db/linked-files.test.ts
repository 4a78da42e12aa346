/** What a message takes along because it gives the address: own files that no message has. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asRole, asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { announce, type FileRow, sendFiles, stateOf, upload } from '../helpers/files.ts';
import { createPrivateChannel, createRoom } from '../helpers/room.ts';

afterAll(() => database.end());

const ADDRESSES: [string, (file: FileRow) => string][] = [
  ['of the API', ({ id }) => `https://chat.example/functions/v1/api/files/${id}`],
  ['of Storage', ({ path }) => `https://chat.example/storage/v1/object/sign/files/${path}?token=e30.e30.e30`],
];
const [[, addressOf]] = ADDRESSES as [(typeof ADDRESSES)[number]];

/** The ids of the files that it has, in their order. */
const post = (db: Db, author: string, channel: string, body: string, files: FileRow[] = []) =>
  asUser(db, author, async (as) => {
    const [row] = await as`
      select body, files from chat.post_message(${channel}, ${body}, file_ids => ${files.map(({ id }) => id)}::uuid[])`;
    expect(row?.body).toBe(body);
    return row?.files.map(({ id }: { id: string }) => id) as string[];
  });

describe('a message with an address', () => {
  it.each(ADDRESSES)('%s takes the file along, whichever channel it goes to', (_, address) =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [loose, placed] = [await upload(db, ada, null), await upload(db, ada, channel)];
      expect(await post(db, ada, channel, `Look: ${address(loose)}, and "${address(placed)}"`)).toEqual([
        loose.id,
        placed.id,
      ]);
      expect(await stateOf(db, loose)).toMatchObject({ seq: 1 });
    }),
  );

  it('shows it to the members, once', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      const file = await upload(db, ada, null);
      const read = (reader: string) =>
        refusal(asUser(db, reader, (as) => as`select chat.get_readable_file(${file.id})`));
      expect(await read(bob)).toBe('file_not_found');
      expect(await post(db, ada, channel, `${addressOf(file)} ${addressOf(file)}`)).toEqual([file.id]);
      expect([await read(bob), await read(eve)]).toEqual([undefined, 'file_not_found']);
      expect(await post(db, ada, channel, addressOf(file))).toEqual([]);
    }));

  it.each<[string, (db: Db, room: Awaited<ReturnType<typeof createRoom>>) => Promise<FileRow>]>([
    ["somebody else's file", (db, { bob }) => upload(db, bob, null)],
    ['a file that is not uploaded', (db, { ada }) => announce(db, ada, null)],
    [
      'a file of another channel',
      async (db, { ada }) => {
        const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${ada})`);
        return upload(db, ada, dm?.id);
      },
    ],
    [
      'a file of another message',
      async (db, { ada, channel }) => {
        const file = await upload(db, ada, channel);
        await sendFiles(db, ada, channel, [file]);
        return file;
      },
    ],
    [
      'a file that another message waits with',
      async (db, { ada, channel }) => {
        const file = await upload(db, ada, null);
        await asUser(
          db,
          ada,
          (as) =>
            as`select chat.schedule_message(${channel}, now() + interval '1 hour', file_ids => ${[file.id]})`,
        );
        return file;
      },
    ],
    ['no file', async () => ({ id: randomUUID() }) as FileRow],
  ])('is nothing but text where it is that of %s', (_, make) =>
    rolledBack(async (db) => {
      const room = await createRoom(db);
      const file = await make(db, room);
      expect(await post(db, room.ada, room.channel, addressOf(file))).toEqual([]);
    }),
  );

  it('has at most ten with those that it is sent with', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createPrivateChannel(db);
      const files: FileRow[] = [];
      for (let n = 0; n < 12; n += 1) files.push(await upload(db, ada, null));
      const [attached, ...linked] = files as [FileRow, ...FileRow[]];
      const body = [attached, ...linked].map(addressOf).join('\n');
      expect(await post(db, ada, channel, body, [attached])).toEqual(files.slice(0, 10).map(({ id }) => id));
    }));

  it('is not looked through when it is longer than a message', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, null);
      const found = (length: number) =>
        asRole(db, 'postgres', { sub: ada }, async (as) => {
          const body = addressOf(file).padEnd(length);
          const [row] = await as`select chat_private.with_linked_files(${body}, '{}', ${channel}) as ids`;
          return row?.ids;
        });
      expect(await found(40_000)).toEqual([file.id]);
      expect(await found(40_001)).toEqual([]);
      expect(await refusal(post(db, ada, channel, addressOf(file).padEnd(40_001)))).toBe('message_too_long');
    }));

  it('takes nothing when it is not sent', () =>
    rolledBack(async (db) => {
      const { channel, eve } = await createRoom(db);
      const file = await upload(db, eve, null);
      expect(await refusal(post(db, eve, channel, addressOf(file)))).toBe('channel_not_found');
      expect(await stateOf(db, file)).toMatchObject({ seq: null });
    }));
});
