import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import {
  announce,
  type FileRow,
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
    ['line\nbreak\u0000'.replace('\u0000', ''), 'linebreak'],
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
    ['no size', { size: null }, 'file_empty'],
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
