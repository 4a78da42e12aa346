/** What the worker does with files: scans them, makes thumbnails, removes what nothing refers to. */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findVirus } from '../../worker/src/media/clamd.ts';
import { makeThumbnail } from '../../worker/src/media/thumbnail.ts';
import { readSettings } from '../../worker/src/settings.ts';
import type { Context } from '../../worker/src/task.ts';
import { collectObjects } from '../../worker/src/tasks/collect-objects.ts';
import { type FileRow, processFile, processFiles } from '../../worker/src/tasks/process-files.ts';
import { call } from '../contract/api.ts';
import { type Clamd, startClamd } from '../helpers/clamd.ts';
import { type Db, database, rolledBack } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const daemons: Clamd[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'confab-test-'));
});
afterEach(async () => {
  await Promise.all(daemons.splice(0).map((daemon) => daemon.close()));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.end();
});

async function clamd(answer?: string): Promise<Clamd> {
  const daemon = await startClamd(answer);
  daemons.push(daemon);
  return daemon;
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A worker of the test's own beside the stack's. */
const context = (clamav: Clamd | null = null, db: Pick<Db, 'unsafe'> = database): Context => ({
  query: async (statement, values) => (await db.unsafe(statement, values as never)) as never,
  settings: {
    ...readSettings({
      DATABASE_URL: stack.databaseUrl,
      SUPABASE_URL: stack.apiUrl,
      SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
    }),
    clamav,
  },
  log: silent,
  signal: new AbortController().signal,
});

async function write(content: Buffer | string): Promise<string> {
  const path = join(folder, randomUUID());
  await writeFile(path, content);
  return path;
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } });

/** Uploaded and sent to a channel of Ada and Bob. */
async function share(content: Buffer, name: string) {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  const { data: channel } = await ada.supabase
    .rpc('create_group', { member_ids: [bob.id] })
    .single()
    .throwOnError();
  const form = new FormData();
  form.append('files', new Blob([new Uint8Array(content)]), name);
  const { body } = await call<{ attachments: { id: string }[] }>('POST', '/api/upload', {
    token: ada.token,
    raw: form,
  });
  const id = body.attachments[0]?.id ?? '';
  const { data: message } = await ada.supabase
    .rpc('send_message', { channel_id: channel.id, body: 'look', file_ids: [id] })
    .single()
    .throwOnError();
  const [file] = await database`select * from chat.files where id = ${id}`;
  if (!file) throw new Error('unable to go on; the file is not there');
  return { ada, bob, channel: channel.id, message, seq: message.seq, file: file as unknown as FileRow };
}

/** The same before the stack's own worker has made its thumbnail, which may be done before the message is sent. */
async function shareEarly(content: Buffer, name: string): ReturnType<typeof share> {
  const shared = await share(content, name);
  const isEarly = (shared.message.files as unknown as FileRow[]).every(({ has_thumbnail }) => !has_thumbnail);
  return isEarly ? shared : shareEarly(content, name);
}

const hold = (file: FileRow) => database`update chat.files set is_held = true where id = ${file.id}`;

const canRead = async ({ supabase }: Person, { path }: FileRow): Promise<boolean> =>
  (await supabase.storage.from('files').createSignedUrl(path, 60)).error === null;

async function messageOf({ bob, channel, seq }: Awaited<ReturnType<typeof share>>) {
  const token = bob.token;
  const path = `/api/chat/channels/${channel}/messages`;
  const { body } = await call<{
    messages: { attachments: { url: string; thumbnailUrl: string | null }[] }[];
  }>('GET', path, { token });
  const [row] =
    await database`select files, change::int from chat.messages where channel_id = ${channel} and seq = ${seq}`;
  return { attachments: body.messages[0]?.attachments, change: row?.change, files: row?.files };
}

describe('the scanner', () => {
  it('tells the clean from the infected, however large they are', async () => {
    const daemon = await clamd();
    expect(await findVirus(daemon, await write('hello'))).toBeNull();
    expect(await findVirus(daemon, await write('a VIRUS in it'))).toBe('Eicar-Test');
    const large = randomBytes(3_000_000);
    expect(await findVirus(daemon, await write(large))).toBeNull();
    expect(daemon.received()).toBe(5 + 13 + large.length);
  });

  it.each([
    ['nothing', ''],
    ['that the file is too large for it', 'INSTREAM size limit exceeded. ERROR\0'],
    ['what is not understood', 'stream: PERHAPS\0'],
  ])('gives no verdict when the daemon says %s', async (_, answer) => {
    await expect(findVirus(await clamd(answer), await write('hello'))).rejects.toThrow('no verdict');
  });

  it('gives none when there is no daemon', async () => {
    const daemon = await clamd();
    await daemon.close();
    await expect(findVirus(daemon, await write('hello'))).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a file that has to be scanned', () => {
  it('is read by nobody before it is clean, and by its channel then', async () => {
    const shared = await share(Buffer.from('hello'), 'a.txt');
    const { ada, bob, file } = shared;
    await hold(file);
    expect([await canRead(ada, file), await canRead(bob, file)]).toEqual([false, false]);
    expect((await messageOf(shared)).attachments).toMatchObject([{ url: '' }]);
    await processFile({ ...file, is_held: true }, context(await clamd()));
    expect([await canRead(ada, file), await canRead(bob, file)]).toEqual([true, true]);
    const { attachments, files } = await messageOf(shared);
    expect(files).toMatchObject([{ is_held: false }]);
    expect(await (await fetch(attachments?.[0]?.url ?? '')).text()).toBe('hello');
  });

  it('stays closed when the daemon is away, gives no verdict, or is not configured', async () => {
    const { ada, file } = await share(Buffer.from('hello'), 'a.txt');
    await hold(file);
    for (const daemon of [await clamd(''), { ...(await clamd()), port: 1 }, null]) {
      await expect(processFile({ ...file, is_held: true }, context(daemon))).rejects.toThrow();
      expect(await canRead(ada, file)).toBe(false);
    }
  });

  it('goes when it is infected, and from its message', async () => {
    const shared = await share(Buffer.from('a VIRUS in it'), 'a.txt');
    await hold(shared.file);
    await processFile({ ...shared.file, is_held: true }, context(await clamd()));
    expect(await messageOf(shared)).toMatchObject({ attachments: [], files: [] });
    await collectObjects.run(context());
    const left = await database`select from storage.objects where name = ${shared.file.path}`;
    expect(left).toHaveLength(0);
  });

  it('is every file from the start of a worker with a scanner on', () =>
    rolledBack(async (db) => {
      await db`update chat_private.unprocessed_files set due_at = 'infinity'`;
      await processFiles.run(context(await clamd(), db));
      const [row] = await db`select value from chat.settings where name = 'scan_files'`;
      expect(row?.value).toBe(true);
    }));
});

describe('a thumbnail', () => {
  it('comes with its message once it is made, and its members see it', async () => {
    const content = await picture(1000, 500).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const shared = await shareEarly(content, 'a.jpg');
    await processFile(shared.file, context());
    const { attachments, files, change } = await messageOf(shared);
    expect(files).toMatchObject([{ has_thumbnail: true, width: 500, height: 1000 }]);
    expect(change).toBeGreaterThan(0);
    const shown = await fetch(attachments?.[0]?.thumbnailUrl ?? '');
    expect(shown.headers.get('content-type')).toBe('image/webp');
    const { width, height } = await sharp(await shown.arrayBuffer()).metadata();
    expect([width, height]).toEqual([240, 480]);
    const eve = await signUp('Eve');
    expect(await canRead(eve, { ...shared.file, path: `${shared.file.path}.thumbnail` })).toBe(false);
  });

  it.each([
    ['PNG', () => picture(9, 9).png().toBuffer(), 'image/png'],
    ['GIF', () => picture(9, 9).gif().toBuffer(), 'image/gif'],
    ['WebP', () => picture(9, 9).webp().toBuffer(), 'image/webp'],
    ['AVIF', () => picture(9, 9).avif().toBuffer(), 'image/avif'],
  ])('is made of %s, and never larger than the picture', async (_, make, type) => {
    const thumbnail = await makeThumbnail(await write(await make()), type);
    expect(thumbnail).toMatchObject({ width: 9, height: 9 });
    expect((await sharp(thumbnail?.content).metadata()).width).toBe(9);
  });

  it.each([
    [
      'a drawing that calls itself a picture',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    ['a text', Buffer.from('hello')],
    ['a picture that is cut off', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('is not made of %s', async (_, content) => {
    expect(await makeThumbnail(await write(content), 'image/png')).toBeNull();
  });

  it('is not made of a picture that unpacks to hundreds of megabytes', async () => {
    const bomb = await picture(12_000, 12_000).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await makeThumbnail(await write(bomb), 'image/png')).toBeNull();
  });

  it('shows the beginning of a video where there is ffmpeg', async (test) => {
    const path = join(folder, `${randomUUID()}.mp4`);
    try {
      const source = ['-f', 'lavfi', '-i', 'color=c=red:s=640x360:d=1'];
      execFileSync('ffmpeg', ['-v', 'error', ...source, '-pix_fmt', 'yuv420p', path]);
    } catch {
      return test.skip('there is no ffmpeg here');
    }
    expect(await makeThumbnail(path, 'video/mp4')).toMatchObject({ width: 640, height: 360 });
    // A playlist would have ffmpeg open what it names.
    const playlist = await write(`#EXTM3U\n#EXTINF:1,\nfile://${path}\n`);
    expect(await makeThumbnail(playlist, 'video/mp4')).toBeNull();
  });
});

describe('what nothing refers to any more', () => {
  it('is removed from Storage: of a deleted message its file and its thumbnail', async () => {
    const shared = await share(await picture(600, 600).png().toBuffer(), 'a.png');
    const { ada, channel, seq, file } = shared;
    await processFile(file, context());
    const objects = () => database`select name from storage.objects where name like ${`${file.path}%`}`;
    expect(await objects()).toHaveLength(2);
    const url = (await messageOf(shared)).attachments?.[0]?.url ?? '';
    await ada.supabase.rpc('delete_message', { channel_id: channel, seq }).throwOnError();
    await collectObjects.run(context());
    expect(await objects()).toHaveLength(0);
    expect((await fetch(url)).ok).toBe(false);
    const [row] = await database`select name, deleted_at from chat.files where id = ${file.id}`;
    expect(row).toMatchObject({ name: 'a.png', deleted_at: expect.any(Date) });
  });

  it('is forgotten when somebody else has removed it', async () => {
    const name = `${randomUUID()}/${randomUUID()}`;
    await database`insert into chat_private.doomed_objects (bucket_id, name) values ('avatars', ${name})`;
    await collectObjects.run(context());
    expect(await database`select from chat_private.doomed_objects where name = ${name}`).toHaveLength(0);
  });
});
