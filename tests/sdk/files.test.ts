import { randomBytes, randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Channel, FileInfo } from '../../sdk/src/index.ts';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { type Network, openNetwork } from '../helpers/outage.ts';

const networks: Network[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await closeChats();
  await Promise.all(networks.splice(0).map((network) => network.close()));
});
afterAll(() => database.end());

const MB = 1024 * 1024;
const text = (content = 'hello', name = 'a.txt') => new File([content], name, { type: 'text/plain' });

/** Two people in one private channel; Ada may have a network of her own, to be cut. */
async function pair(adaUrl?: string) {
  const [ada, bob] = await Promise.all([joinChat('Ada', adaUrl), joinChat('Bob')]);
  const slug = `c-${randomUUID()}`;
  const adas = await ada.chat.channels.create({ slug, kind: 'private', memberIds: [bob.id] });
  return { ada, bob, adas, bobs: await bob.chat.channels.open(adas.id) };
}

async function network(): Promise<Network> {
  const opened = await openNetwork();
  networks.push(opened);
  return opened;
}

/** The requests that go to Storage from now on, as `POST /upload/resumable`, with ids left out. */
function watchStorage(): string[] {
  const seen: string[] = [];
  const original = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const [, path] = pathname.split('/storage/v1');
    const method = init?.method ?? 'GET';
    if (path) seen.push(`${method} ${path.split('/').slice(0, 3).join('/')}`);
    return original(input, init);
  });
  return seen;
}

/** What is left of a channel's files, in the database and in Storage. */
async function leftOver(channel: Channel) {
  const [row] = await database`
    select (select count(*)::int from chat.files where channel_id = ${channel.id}) as files,
           (select count(*)::int from storage.objects where bucket_id = 'files' and name like ${`${channel.id}/%`}) as objects`;
  return { ...row };
}

const contentOf = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

describe('an upload', () => {
  it.each([
    ['small', 1000],
    ['large', 13 * MB],
  ])('of a %s file arrives whole and tells how far it is', async (_, size) => {
    const { ada, adas } = await pair();
    const content = randomBytes(size);
    const progress: number[] = [];
    const source = new File([content], 'über uns.bin', { type: 'image/png' });
    const file = await adas.files.upload(source, {
      onProgress: ({ loaded, total }) => {
        expect(total).toBe(size);
        progress.push(loaded);
      },
    });
    expect(file).toMatchObject({ channelId: adas.id, name: 'über uns.bin', mimeType: 'image/png', size });
    expect(progress).toEqual([...new Set(progress)].sort((a, b) => a - b));
    expect([progress[0], progress.at(-1)]).toEqual([0, size]);
    const url = await ada.chat.files.url(file);
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
    expect((await contentOf(url)).equals(content)).toBe(true);
  });

  it('takes bytes in memory, under a name of their own', async () => {
    const { ada, adas } = await pair();
    const file = await adas.files.upload(new TextEncoder().encode('bytes'), { name: 'b.bin' });
    expect(file).toMatchObject({ name: 'b.bin', mimeType: 'application/octet-stream', size: 5 });
    expect((await contentOf(await ada.chat.files.url(file))).toString()).toBe('bytes');
  });

  it.each([
    ['an empty file', text(''), 'file_empty', 400],
    ['a file that is too large', new File([new Uint8Array(50 * MB + 1)], 'a'), 'file_too_large', 413],
    ['a name of nothing', text('x', '..'), 'invalid_file_name', 400],
  ])('of %s is refused and leaves nothing', async (_, source, code, status) => {
    const { adas } = await pair();
    await expect(adas.files.upload(source)).rejects.toMatchObject({ name: 'ChatError', code, status });
    expect(await leftOver(adas)).toEqual({ files: 0, objects: 0 });
  });

  it('of a file that was removed from its disk ends, instead of waiting for the network', async () => {
    const { adas } = await pair();
    const path = join(tmpdir(), `confab-${randomUUID()}`);
    await writeFile(path, 'hello');
    const source = await openAsBlob(path);
    await rm(path);
    await expect(adas.files.upload(source)).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await leftOver(adas)).toEqual({ files: 0, objects: 0 });
  });

  it('goes on where it stopped after an outage', async () => {
    const line = await network();
    const { ada, adas } = await pair(line.url);
    const content = randomBytes(13 * MB);
    const seen = watchStorage();
    const progress: number[] = [];
    const file = await adas.files.upload(new File([content], 'big.bin'), {
      onProgress: ({ loaded }) => {
        progress.push(loaded);
        // The first part has arrived, the second is about to leave.
        if (progress.length !== 2) return;
        line.cut();
        setTimeout(() => line.restore(), 200);
      },
    });
    expect(seen.filter((request) => request === 'POST /upload/resumable')).toHaveLength(1);
    expect(seen).toContain('HEAD /upload/resumable');
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect((await contentOf(await ada.chat.files.url(file))).equals(content)).toBe(true);
  });

  it('begins anew when Storage has forgotten what it was given', async () => {
    const { ada, adas } = await pair();
    const content = randomBytes(7 * MB);
    const original = globalThis.fetch;
    let broken = 0;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      if (init?.method !== 'PATCH' || broken > 0) return original(input, init);
      broken += 1;
      // The upload is ended behind the client's back.
      await original(input, { method: 'DELETE', headers: init.headers ?? {} });
      return original(input, init);
    });
    const file = await adas.files.upload(new File([content], 'big.bin'));
    expect(broken).toBe(1);
    expect((await contentOf(await ada.chat.files.url(file))).equals(content)).toBe(true);
  });

  it('is done once, also when the answer is lost', async () => {
    const { adas } = await pair();
    const original = globalThis.fetch;
    let lost = 0;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const answer = await original(input, init);
      if (!String(input).includes('/object/files/') || lost > 0) return answer;
      lost += 1;
      throw new TypeError('fetch failed');
    });
    await adas.files.upload(text());
    expect(lost).toBe(1);
    expect(await leftOver(adas)).toEqual({ files: 1, objects: 1 });
  });

  it('with the id of an earlier one is that one', async () => {
    const { adas } = await pair();
    const id = randomUUID();
    const first = await adas.files.upload(text(), { id });
    expect(await adas.files.upload(text(), { id })).toEqual(first);
    expect(await leftOver(adas)).toEqual({ files: 1, objects: 1 });
  });

  it.each([
    ['small', text()],
    ['large', new File([randomBytes(13 * MB)], 'big.bin')],
  ])('of a %s file that is cancelled leaves nothing behind', async (_, source) => {
    const { adas } = await pair();
    const seen = watchStorage();
    const cancel = new AbortController();
    const progress: number[] = [];
    const upload = adas.files.upload(source, {
      signal: cancel.signal,
      onProgress: ({ loaded }) => {
        progress.push(loaded);
        if (source.size < MB || loaded > 0) cancel.abort();
      },
    });
    await expect(upload).rejects.toMatchObject({ code: 'cancelled', retryable: false });
    expect(await leftOver(adas)).toEqual({ files: 0, objects: 0 });
    if (source.size > MB) expect(seen.at(-1)).toBe('DELETE /upload/resumable');
    expect(progress.at(-1)).toBeLessThan(source.size);
  });

  it('does not begin when it is cancelled before, nor wait for the network', async () => {
    const line = await network();
    const { adas } = await pair(line.url);
    await expect(adas.files.upload(text(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    line.cut();
    const cancel = new AbortController();
    const upload = adas.files.upload(text(), { signal: cancel.signal });
    setTimeout(() => cancel.abort(), 50);
    await expect(upload).rejects.toMatchObject({ code: 'cancelled' });
    expect(await leftOver(adas)).toEqual({ files: 0, objects: 0 });
  });
});

describe('an address', () => {
  it('is asked for once for many files, and kept', async () => {
    const { ada, adas } = await pair();
    const files = await Promise.all(['1', '2', '3'].map((content) => adas.files.upload(text(content))));
    const seen = watchStorage();
    const urls = await Promise.all([...files, ...files].map((file) => ada.chat.files.url(file)));
    expect(new Set(urls).size).toBe(3);
    expect(await ada.chat.files.url(files[0] as FileInfo)).toBe(urls[0]);
    expect(seen).toEqual(['POST /object/sign']);
    expect((await contentOf(urls[2] as string)).toString()).toBe('3');
  });

  it('is asked for again before it expires', async () => {
    const { ada, adas } = await pair();
    const file = await adas.files.upload(text());
    const first = await ada.chat.files.url(file);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 601_000);
    const seen = watchStorage();
    expect(await ada.chat.files.url(file)).toBeDefined();
    expect(seen).toEqual(['POST /object/sign']);
    expect((await fetch(first)).ok).toBe(true);
  });

  it('saves the file under its name when asked to', async () => {
    const { ada, adas } = await pair();
    const file = await adas.files.upload(text('x', 'Größe & Co.txt'));
    const disposition = async (download: true | string) =>
      (await fetch(await ada.chat.files.url(file, { download }))).headers.get('content-disposition');
    expect(await disposition(true)).toContain(encodeURIComponent('Größe & Co.txt'));
    expect(await disposition('other.txt')).toContain('other.txt');
  });

  it('shows an image as large as wanted', async () => {
    const { ada, adas } = await pair();
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"><rect width="64" height="32"/></svg>';
    const file = await adas.files.upload(new File([svg], 'a.svg', { type: 'image/svg+xml' }));
    const url = await ada.chat.files.url(file, { transform: { width: 16, height: 8 } });
    expect(url).toContain('/render/image/');
    expect((await fetch(url)).headers.get('content-type')).toMatch(/^image\//);
  });

  it('is refused before the file is sent, and to whoever has left', async () => {
    const { bob, adas, bobs } = await pair();
    const file = await adas.files.upload(text());
    await expect(bob.chat.files.url(file)).rejects.toMatchObject({ code: 'file_not_found' });
    await adas.messages.send('', { files: [file] });
    expect((await contentOf(await bob.chat.files.url(file))).toString()).toBe('hello');
    const another = await adas.files.upload(text('two'));
    await adas.messages.send('', { files: [another] });
    await bobs.leave();
    await expect(bob.chat.files.url(another)).rejects.toMatchObject({ code: 'file_not_found' });
  });
});

describe('the files of a channel', () => {
  it('are listed newest first, a page at a time', async () => {
    const { ada, adas, bobs } = await pair();
    for (const name of ['1.txt', '2.txt', '3.txt']) {
      await adas.messages.send('', { files: [await adas.files.upload(text(name, name))] });
    }
    const first = await bobs.files.list({ limit: 2 });
    expect(first.map(({ name }) => name)).toEqual(['3.txt', '2.txt']);
    expect(first[0]).toMatchObject({
      channelId: adas.id,
      mimeType: 'text/plain',
      uploader: { id: ada.id, name: 'Ada' },
    });
    const beforeSeq = first.at(-1)?.seq ?? 0;
    expect((await bobs.files.list({ beforeSeq })).map(({ name }) => name)).toEqual(['1.txt']);
    await expect(bobs.files.list({ limit: 201 })).rejects.toMatchObject({ code: 'invalid_page_size' });
  });

  it('are removed by their uploader, sent or not, and by no other member', async () => {
    const { adas, bobs } = await pair();
    const [sent, loose] = [await adas.files.upload(text()), await adas.files.upload(text())];
    await adas.messages.send('look', { files: [sent] });
    await expect(bobs.files.remove(sent)).rejects.toMatchObject({ code: 'file_not_found' });
    await adas.files.remove(loose);
    await adas.files.remove(sent);
    await expect(adas.files.remove(sent)).rejects.toMatchObject({ code: 'file_not_found' });
    expect((await bobs.messages.list()).at(-1)).toMatchObject({ body: 'look', files: [] });
    expect(await leftOver(adas)).toEqual({ files: 1, objects: 0 });
  });
});
