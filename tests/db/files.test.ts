import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import {
  announce,
  doomed,
  type FileRow,
  messageAt,
  pathOf,
  remove,
  sendFiles,
  stateOf,
  store,
  upload,
} from '../helpers/files.ts';
import { createRoom } from '../helpers/room.ts';

afterAll(() => database.end());

describe('create_file', () => {
  it('keeps what is said of the file, with a name that hides nothing', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await announce(db, ada, channel, {
        name: ' Bericht\u202Egpj.exe ',
        type: 'Image/PNG; x=1',
        size: 7,
        width: 3,
        height: 4,
      });
      expect(file).toMatchObject({
        name: 'Berichtgpj.exe',
        mime_type: 'image/png',
        size: '7',
        width: 3,
        height: 4,
        seq: null,
        uploaded_at: null,
      });
    }));

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['報告書 😀.pdf', '報告書 😀.pdf'],
    ['line\nbreak', 'line break'],
    ['.env', '.env'],
    [`${'x'.repeat(251)}.png`, `${'x'.repeat(251)}.png`],
  ])('takes the name %j as %j', (name, kept) =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      expect((await announce(db, ada, channel, { name })).name).toBe(kept);
    }),
  );

  it.each([
    ['an empty name', { name: '' }, 'invalid_file_name'],
    ['a name of dots', { name: '..' }, 'invalid_file_name'],
    ['a path without a name', { name: 'a/b/' }, 'invalid_file_name'],
    ['an invisible name', { name: '\u200B\u2800' }, 'invalid_file_name'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'invalid_file_name'],
    ['a media type that is none', { type: 'text/html<script>' }, 'invalid_mime_type'],
    ['no bytes', { size: 0 }, 'file_empty'],
    ['fewer than no bytes', { size: -1 }, 'file_empty'],
    ['a byte too many', { size: 52_428_801 }, 'file_too_large'],
    ['a width alone', { width: 1 }, 'invalid_dimensions'],
    ['a height of none', { width: 1, height: 0 }, 'invalid_dimensions'],
  ])('refuses %s', (_, options, code) =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      expect(await refusal(announce(db, ada, channel, options))).toBe(code);
      const [count] = await db`select count(*)::int as files from chat.files where channel_id = ${channel}`;
      expect(count?.files).toBe(0);
    }),
  );

  it('announces as large as a file may be what has no size yet', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      expect(await announce(db, ada, channel, { size: null })).toMatchObject({ size: '52428800' });
    }));

  it('takes no programs, as they are announced and as they are stored, and what else the settings deny', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const type = 'application/x-msdownload';
      expect(await refusal(announce(db, ada, channel, { type }))).toBe('file_type_not_allowed');
      const file = await announce(db, ada, channel, { type: 'image/png' });
      const stored = db.savepoint((step) =>
        store(step as unknown as Db, pathOf(file), ada, { size: 5, mimetype: type }),
      );
      expect(await refusal(stored)).toBe('file_type_not_allowed');
      await db`update chat.settings set value = '["image/*"]' where name = 'allowed_file_types'`;
      expect(await refusal(announce(db, ada, channel, { type: 'text/plain' }))).toBe('file_type_not_allowed');
      await announce(db, ada, channel, { type: 'image/gif' });
    }));

  it('returns the first file when an id is announced again, and refuses the id of another', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const id = randomUUID();
      const first = await announce(db, ada, channel, { id });
      expect(await announce(db, ada, channel, { id, name: 'other' })).toEqual(first);
      expect(await refusal(announce(db, bob, channel, { id }))).toBe('file_id_taken');
    }));

  it('follows the setting of the platform, and so does Storage', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      await db`update chat.settings set value = '100' where name = 'max_file_bytes'`;
      expect(await refusal(announce(db, ada, channel, { size: 101 }))).toBe('file_too_large');
      await announce(db, ada, channel, { size: 100 });
      const [bucket] = await db`select file_size_limit::int, public from storage.buckets where id = 'files'`;
      expect(bucket).toEqual({ file_size_limit: 100, public: false });
    }));

  it('refuses a stranger, and members of an archived channel', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      expect(await refusal(announce(db, eve, channel))).toBe('channel_not_found');
      await db`update chat.channels set archived_at = now() where id = ${channel}`;
      expect(await refusal(announce(db, ada, channel))).toBe('channel_archived');
    }));
});

describe('Storage', () => {
  it('says what was uploaded: its size and media type count, not those announced', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await announce(db, ada, channel, { name: 'a.png', type: 'image/png', size: 1 });
      await store(db, pathOf(file), ada, { size: 99, mimetype: 'text/html;charset=utf-8' });
      const [row] =
        await db`select size::int, mime_type, uploaded_at is not null as uploaded from chat.files where id = ${file.id}`;
      expect(row).toEqual({ size: 99, mime_type: 'text/html', uploaded: true });
    }));

  it('takes nothing that was not announced at exactly this place by its owner', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const other = await createRoom(db);
      const file = await announce(db, ada, channel);
      const refused = (path: string, owner: string | null) =>
        refusal(db.savepoint((step) => store(step as unknown as Db, path, owner)));
      expect(await refused(`${channel}/${randomUUID()}`, ada)).toBe('file_not_found');
      expect(await refused(`${other.channel}/${file.id}`, ada)).toBe('file_not_found');
      expect(await refused(pathOf(file).toUpperCase(), ada)).toBe('file_not_found');
      expect(await refused(`${pathOf(file)}/x`, ada)).toBe('file_not_found');
      expect(await refused(`x/${pathOf(file)}`, ada)).toBe('file_not_found');
      expect(await refused(pathOf(file), bob)).toBe('file_not_found');
      expect(await refused(pathOf(file), ada)).toBeUndefined();
    }));

  it('moves nothing into or out of the place of a file', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel);
      const move = (name: string) =>
        refusal(
          db.savepoint(
            (step) => step`update storage.objects set name = ${name} where name = ${pathOf(file)}`,
          ),
        );
      expect(await move(`${channel}/${randomUUID()}`)).toBe('file_not_found');
    }));
});

describe('a file that was not sent', () => {
  it('is seen by its uploader only, and leaves nothing when it is removed', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const file = await upload(db, ada, channel);
      const seen = (user: string) =>
        asUser(db, user, async (as) => (await as`select from chat.files where id = ${file.id}`).count);
      expect([await seen(ada), await seen(bob)]).toEqual([1, 0]);
      await remove(db, file);
      expect(await stateOf(db, file)).toBeUndefined();
    }));

  it('is taken back by its uploader before it is uploaded, and Storage then takes nothing for it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const file = await announce(db, ada, channel);
      const cancel = (user: string) =>
        asUser(
          db,
          user,
          async (as) => (await as`select chat.cancel_file(${channel}, ${file.id}) as done`)[0]?.done,
        );
      expect(await cancel(bob)).toBe(false);
      expect(await cancel(ada)).toBe(true);
      expect(await cancel(ada)).toBe(false);
      expect(await refusal(db.savepoint((step) => store(step as unknown as Db, pathOf(file), ada)))).toBe(
        'file_not_found',
      );
    }));

  it('stays when it is uploaded already', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel);
      const [row] = await asUser(
        db,
        ada,
        (as) => as`select chat.cancel_file(${channel}, ${file.id}) as done`,
      );
      expect(row?.done).toBe(false);
      expect(await stateOf(db, file)).toMatchObject({ uploaded: true });
    }));
});

describe('a file uploaded without a channel', () => {
  const send = (db: Db, user: string, channel: string, file: FileRow) =>
    refusal(sendFiles(db, user, channel, [file]));

  it('is sent to any channel of its uploader, once, and then read by its members', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      const other = await createRoom(db);
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
      const file = await upload(db, ada, null);
      expect(file.path).toBe(`${ada}/${file.id}`);
      const seen = (user: string) =>
        asUser(db, user, async (as) => {
          const rows = await as`select from chat.files where id = ${file.id}`;
          const [row] = await as`select chat_private.may_use_file(${file.path}, 'read') as may`;
          return [rows.count, row?.may];
        });
      expect([await seen(ada), await seen(bob)]).toEqual([
        [1, true],
        [0, false],
      ]);
      expect(await send(db, bob, channel, file)).toBe('file_not_found');
      expect(await send(db, ada, other.channel, file)).toBe('channel_not_found');
      const sent = await sendFiles(db, ada, channel, [file]);
      expect(sent.files).toMatchObject([{ id: file.id, path: file.path }]);
      expect(await send(db, ada, dm?.id, file)).toBe('file_already_sent');
      expect([await seen(bob), await seen(eve)]).toEqual([
        [1, true],
        [0, false],
      ]);
    }));

  it('is placed in one channel by its uploader alone', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
      const file = await upload(db, ada, null);
      const place = (user: string, to: string) =>
        refusal(asUser(db, user, (as) => as`select chat.place_files(${to}, ${[file.id]})`));
      expect(await place(eve, channel)).toBe('channel_not_found');
      expect(await place(bob, channel)).toBe('file_not_found');
      expect(await place(ada, channel)).toBeUndefined();
      expect(await place(ada, channel)).toBeUndefined();
      expect(await place(ada, dm?.id)).toBe('file_not_found');
      expect(await send(db, ada, dm?.id, file)).toBe('file_not_found');
      expect(await send(db, ada, channel, file)).toBeUndefined();
    }));

  it('goes a week later when nothing has taken it, and its object with it', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [used, unused, fresh] = [
        await upload(db, ada, null),
        await upload(db, ada, null),
        await upload(db, ada, null),
      ];
      await sendFiles(db, ada, channel, [used]);
      const [life] =
        await db`select expires_at - created_at = interval '7 days' as is_week from chat.files where id = ${unused.id}`;
      expect(life?.is_week).toBe(true);
      await db`update chat.files set expires_at = now() where id in (${used.id}, ${unused.id})`;
      await db`select chat_private.expire_files()`;
      expect(await stateOf(db, unused)).toBeUndefined();
      expect(await doomed(db, ada)).toEqual([unused.path]);
      for (const file of [used, fresh]) expect(await stateOf(db, file)).toBeDefined();
    }));
});

describe('delete_file', () => {
  const call = (db: Db, user: string, id: string) =>
    refusal(asUser(db, user, (as) => as`select chat.delete_file(${id})`));

  it('takes the file of its uploader from its message, and its object is collected', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      const file = await upload(db, ada, channel);
      expect(await call(db, bob, file.id)).toBe('file_not_found');
      const { seq } = await sendFiles(db, ada, channel, [file], 'look');
      expect(await call(db, eve, file.id)).toBe('file_not_found');
      expect(await call(db, bob, file.id)).toBe('not_the_uploader');
      expect(await call(db, ada, file.id)).toBeUndefined();
      expect(await call(db, ada, file.id)).toBe('file_not_found');
      expect(await messageAt(db, channel, seq)).toMatchObject({ body: 'look', files: [], change: 1 });
      expect(await stateOf(db, file)).toBeUndefined();
      expect(await doomed(db, channel)).toEqual([file.path]);
      await remove(db, file);
      expect(await doomed(db, channel)).toEqual([]);
    }));
});

describe('what is doomed', () => {
  it('are the bytes and the thumbnail of a deleted message and of a channel that is gone', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [one, two] = [await upload(db, ada, channel), await upload(db, ada, channel)];
      await store(db, `${one.path}.thumbnail`, null);
      const { seq } = await sendFiles(db, ada, channel, [one], 'look');
      expect((await messageAt(db, channel, seq)).files).toMatchObject([{ has_thumbnail: true }]);
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, ${seq})`);
      expect(await doomed(db, channel)).toEqual([one.path, `${one.path}.thumbnail`]);
      await db`delete from chat.channels where id = ${channel}`;
      expect(await doomed(db, channel)).toEqual([one.path, `${one.path}.thumbnail`, two.path].sort());
    }));

  it('are the pictures of a person before the one that is shown', () =>
    rolledBack(async (db) => {
      const { ada } = await createRoom(db);
      const names = ['01', '02', '03'].map((n) => `${ada}/${n}000000-0000-7000-8000-000000000000`);
      for (const name of names)
        await db`insert into storage.objects (bucket_id, name) values ('avatars', ${name})`;
      await asUser(
        db,
        ada,
        (as) => as`select chat.update_profile(avatar_url => ${`https://x.test/avatars/${names[1]}`})`,
      );
      expect(await doomed(db, ada)).toEqual([names[0]]);
      await asUser(db, ada, (as) => as`select chat.update_profile(avatar_url => '')`);
      expect(await doomed(db, ada)).toEqual(names);
    }));

  it('are objects without a row; and rows without an object count as deleted', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const [whole, bare, orphan] = [
        await upload(db, ada, channel),
        await upload(db, ada, channel),
        await upload(db, ada, channel),
      ];
      await sendFiles(db, ada, channel, [whole, bare], 'look');
      await db`update storage.objects set created_at = now() - interval '1 day' where name = any (${[whole.path, orphan.path]})`;
      await db`delete from chat.files where id = ${orphan.id}`;
      await db`delete from chat_private.doomed_objects`;
      await db`update chat.files set uploaded_at = now() - interval '1 day' where channel_id = ${channel}`;
      await db`insert into chat.files (folder_id, channel_id, uploader_id, name, mime_type, size, uploaded_at)
               values (${channel}, ${channel}, ${ada}, 'lost.txt', 'text/plain', 5, now() - interval '1 day')`;
      await db`select chat_private.reconcile_files()`;
      expect(await doomed(db, channel)).toEqual([orphan.path]);
      const [row] =
        await db`select deleted_at from chat.files where channel_id = ${channel} and name = 'lost.txt'`;
      expect(row?.deleted_at).not.toBeNull();
      for (const file of [whole, bare]) expect(await stateOf(db, file)).toMatchObject({ deleted: false });
    }));
});

describe('the worker', () => {
  it('takes each uploaded picture once, and a message shows what it made', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel, { type: 'image/png' });
      await db`delete from chat_private.unprocessed_files where file_id <> ${file.id}`;
      const next = async () =>
        (await db`select id from chat_private.next_unprocessed_file()`).map(({ id }) => id);
      // Stored as text, whatever was announced, and texts are left alone.
      expect(await next()).toEqual([]);
      const picture = await announce(db, ada, channel);
      await store(db, picture.path, ada, { size: 5, mimetype: 'image/png' });
      expect(await next()).toEqual([picture.id]);
      expect(await next()).toEqual([]);
      const { seq } = await sendFiles(db, ada, channel, [picture]);
      await db`select chat_private.finish_file(${picture.id}, 30, 20)`;
      expect((await messageAt(db, channel, seq)).files).toMatchObject([{ width: 30, height: 20 }]);
      expect((await db`select from chat_private.unprocessed_files where file_id = ${picture.id}`).count).toBe(
        0,
      );
    }));

  it('holds a file back from its announcement until it is scanned, also from its uploader, and takes an infected one away', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await db`update chat.settings set value = 'true' where name = 'scan_files'`;
      const [announced] = await asUser(
        db,
        ada,
        (as) => as`select is_held from chat.create_file('a', 'text/plain')`,
      );
      expect(announced).toEqual({ is_held: true });
      const [clean, infected] = [await upload(db, ada, channel), await upload(db, ada, channel)];
      const { seq } = await sendFiles(db, ada, channel, [clean, infected]);
      const read = (user: string, file: FileRow) =>
        asUser(
          db,
          user,
          async (as) => (await as`select chat_private.may_use_file(${file.path}, 'read') as may`)[0]?.may,
        );
      expect([await read(ada, clean), await read(bob, clean)]).toEqual([false, false]);
      await db`select chat_private.release_file(${clean.id}), chat_private.reject_file(${infected.id})`;
      expect([await read(ada, clean), await read(bob, clean)]).toEqual([true, true]);
      expect((await messageAt(db, channel, seq)).files).toMatchObject([{ id: clean.id, is_held: false }]);
    }));
});

describe('list_files', () => {
  it('pages what was sent, newest first, without cutting a message in two', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const seqs: number[] = [];
      for (const count of [1, 3, 1]) {
        const files: FileRow[] = [];
        for (let n = 0; n < count; n += 1) files.push(await upload(db, ada, channel));
        seqs.push((await sendFiles(db, ada, channel, files)).seq);
      }
      await upload(db, ada, channel);
      const page = (before: number | null, size: number) =>
        asUser(db, bob, async (as) =>
          (await as`select seq::int from chat.list_files(${channel}, ${before}, ${size})`).map(
            (row) => row.seq,
          ),
        );
      expect(await page(null, 2)).toEqual([3, 2, 2, 2]);
      expect(await page(2, 2)).toEqual([1]);
      expect(await page(1, 2)).toEqual([]);
    }));

  it('leaves out what was deleted, also for platform admins', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      const file = await upload(db, ada, channel);
      await sendFiles(db, ada, channel, [file], 'look');
      await remove(db, file);
      await db`update chat.accounts set role = 'admin' where user_id = ${ada}`;
      expect((await asUser(db, ada, (as) => as`select from chat.list_files(${channel})`)).count).toBe(0);
    }));

  it('refuses a stranger and a page of 201', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      const list = (user: string, size: number) =>
        refusal(asUser(db, user, (as) => as`select chat.list_files(${channel}, page_size => ${size})`));
      expect(await list(eve, 50)).toBe('channel_not_found');
      expect(await list(ada, 201)).toBe('invalid_page_size');
    }));
});
