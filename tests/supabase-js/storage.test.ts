/** Buckets and files as the real client handles them, with the operator's key. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const { storage } = connect(stack.secretKey);
const made: string[] = [];
type FileBody = Parameters<ReturnType<typeof storage.from>['upload']>[1];

async function bucket(options: Parameters<typeof storage.createBucket>[1] = { public: false }) {
  const id = `b-${randomUUID()}`;
  const { error } = await storage.createBucket(id, options);
  if (error) throw error;
  made.push(id);
  return { id, files: storage.from(id) };
}

afterAll(async () => {
  for (const id of made) {
    await storage.emptyBucket(id);
    await storage.deleteBucket(id);
  }
});

const text = (blob: Blob | null) => blob?.text();
const body = async (url: string) => (await fetch(url)).text();

/** What a refusal says: the code that clients branch on and the status inside. */
const refusal = (error: { message: string } | null) =>
  error && { message: error.message, statusCode: (error as { statusCode?: string }).statusCode };

describe('buckets', () => {
  it('are made, read, changed, listed, emptied and deleted', async () => {
    const id = `b-${randomUUID()}`;
    const options = { public: true, fileSizeLimit: '1MB', allowedMimeTypes: ['text/plain', 'image/*'] };
    expect((await storage.createBucket(id, options)).data).toEqual({ name: id });
    made.push(id);
    expect((await storage.getBucket(id)).data).toMatchObject({
      id,
      name: id,
      public: true,
      file_size_limit: 1_000_000,
      allowed_mime_types: ['text/plain', 'image/*'],
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(await storage.updateBucket(id, { public: false, fileSizeLimit: 2048 })).toEqual({
      data: { message: 'Successfully updated' },
      error: null,
    });
    expect((await storage.getBucket(id)).data).toMatchObject({ public: false, file_size_limit: 2048 });
    const listed = await storage.listBuckets({ search: id.slice(0, 12), limit: 10, sortColumn: 'name' });
    expect(listed.data?.map((entry) => entry.id)).toEqual([id]);

    await storage.from(id).upload('a.txt', 'a', { contentType: 'text/plain' });
    expect(refusal((await storage.deleteBucket(id)).error)).toEqual({
      message: 'The bucket you tried to delete is not empty',
      statusCode: '409',
    });
    expect((await storage.emptyBucket(id)).error).toBeNull();
    await expect.poll(async () => (await storage.from(id).list()).data).toEqual([]);
    expect((await storage.deleteBucket(id)).data).toEqual({ message: 'Successfully deleted' });
    expect(refusal((await storage.getBucket(id)).error)).toEqual({
      message: 'Bucket not found',
      statusCode: '404',
    });
  });

  it('have names of their own', async () => {
    const { id } = await bucket();
    expect(refusal((await storage.createBucket(id, { public: false })).error)).toEqual({
      message: 'The resource already exists',
      statusCode: '409',
    });
    expect((await storage.createBucket('a/b', { public: false })).error).toMatchObject({ statusCode: '400' });
  });

  it('hold to their limits of size and type', async () => {
    const { files } = await bucket({ public: false, fileSizeLimit: 10, allowedMimeTypes: ['text/*'] });
    expect((await files.upload('ok.txt', '0123456789', { contentType: 'text/plain' })).error).toBeNull();
    expect(refusal((await files.upload('big', '0123456789+', { contentType: 'text/plain' })).error)).toEqual({
      message: 'The object exceeded the maximum allowed size',
      statusCode: '413',
    });
    expect(refusal((await files.upload('x.png', 'x', { contentType: 'image/png' })).error)).toEqual({
      message: 'mime type image/png is not supported',
      statusCode: '415',
    });
  });
});

describe('uploading', () => {
  it.each([
    ['a string', (): FileBody => 'hello'],
    ['a Buffer', () => Buffer.from('hello')],
    ['an ArrayBuffer', () => new TextEncoder().encode('hello').buffer as ArrayBuffer],
    ['bytes', () => new TextEncoder().encode('hello')],
    ['a Blob', () => new Blob(['hello'], { type: 'text/plain' })],
    ['a File', () => new File(['hello'], 'name.txt', { type: 'text/plain' })],
    ['a stream of Node', () => Readable.from([Buffer.from('hel'), Buffer.from('lo')])],
    ['a web stream', () => new Blob(['hello']).stream()],
  ] as const)('takes %s', async (name, make) => {
    const { files, id } = await bucket();
    const path = `${name.replaceAll(' ', '-')}.txt`;
    const { data, error } = await files.upload(path, make(), { contentType: 'text/plain' });
    expect(error).toBeNull();
    expect(data).toEqual({ id: expect.any(String), path, fullPath: `${id}/${path}` });
    const { data: blob } = await files.download(path);
    expect([blob?.type, await text(blob)]).toEqual(['text/plain', 'hello']);
  });

  it('takes a form', async () => {
    const { files } = await bucket();
    const form = new FormData();
    form.append('', new Blob(['hello'], { type: 'text/plain' }), 'a.txt');
    expect((await files.upload('a.txt', form)).error).toBeNull();
    expect(await text((await files.download('a.txt')).data)).toBe('hello');
  });

  it('replaces a file only when told to', async () => {
    const { files } = await bucket();
    const first = await files.upload('a.txt', 'one');
    expect(refusal((await files.upload('a.txt', 'two')).error)).toEqual({
      message: 'The resource already exists',
      statusCode: '409',
    });
    const second = await files.upload('a.txt', 'two', { upsert: true });
    expect(second.data?.id).toBe(first.data?.id);
    expect((await files.update('a.txt', 'three')).error).toBeNull();
    expect(await text((await files.download('a.txt')).data)).toBe('three');
  });

  it('keeps type, cache time and metadata', async () => {
    const { files, id } = await bucket();
    await files.upload('a b/ü.json', '{}', {
      contentType: 'application/json',
      cacheControl: '60',
      metadata: { made: 'here' },
    });
    // Keys are limited to what S3 takes safely.
    expect((await files.info('a b/ü.json')).error).toMatchObject({ statusCode: expect.any(String) });
    await files.upload('a b/u.json', '{}', {
      contentType: 'application/json',
      cacheControl: '60',
      metadata: { made: 'here' },
    });
    const { data } = await files.info('a b/u.json');
    expect(data).toMatchObject({
      id: expect.any(String),
      name: 'a b/u.json',
      bucketId: id,
      size: 2,
      contentType: 'application/json',
      cacheControl: 'max-age=60',
      etag: expect.any(String),
      lastModified: expect.any(String),
      createdAt: expect.any(String),
      metadata: { made: 'here' },
    });
  });
});

describe('reading', () => {
  it('downloads whole and as a stream, and knows what exists', async () => {
    const { files } = await bucket();
    await files.upload('a.txt', 'hello');
    const stream = (await files.download('a.txt').asStream()).data;
    expect(await new Response(stream).text()).toBe('hello');
    expect((await files.exists('a.txt')).data).toBe(true);
    expect((await files.exists('b.txt')).data).toBe(false);
    const missing = await files.download('b.txt');
    expect(missing.data).toBeNull();
    expect(missing.error).toMatchObject({ name: expect.stringMatching(/^Storage/) });
    expect(refusal((await files.info('b.txt')).error)).toMatchObject({ message: 'Object not found' });
  });

  it('signs addresses for one file and for many', async () => {
    const { files } = await bucket();
    await files.upload('a.txt', 'hello', { contentType: 'text/plain' });
    const { data } = await files.createSignedUrl('a.txt', 60);
    expect(await body(data?.signedUrl ?? '')).toBe('hello');
    const named = await files.createSignedUrl('a.txt', 60, { download: 'b.txt' });
    const answer = await fetch(named.data?.signedUrl ?? '');
    expect(answer.headers.get('content-disposition')).toContain('filename=b.txt');
    const many = await files.createSignedUrls(['a.txt', 'none.txt'], 60);
    expect(many.data).toMatchObject([
      { path: 'a.txt', error: null },
      { path: 'none.txt', error: expect.any(String), signedUrl: null },
    ]);
    expect(await body(many.data?.[0]?.signedUrl ?? '')).toBe('hello');
    expect(refusal((await files.createSignedUrl('none.txt', 60)).error)).toEqual({
      message: 'Object not found',
      statusCode: '404',
    });
    const tampered = await fetch(`${data?.signedUrl}x`);
    expect(tampered.status).toBe(400);
  });

  it('takes an upload from whoever holds a signed address', async () => {
    const { files, id } = await bucket();
    const { data } = await files.createSignedUploadUrl('a.txt');
    expect(data).toMatchObject({ path: 'a.txt', token: expect.any(String) });
    const visitor = connect().storage.from(id);
    const sent = await visitor.uploadToSignedUrl('a.txt', data?.token ?? '', new Blob(['hello']));
    expect(sent.data).toMatchObject({ path: 'a.txt' });
    expect(await text((await files.download('a.txt')).data)).toBe('hello');
    expect((await visitor.uploadToSignedUrl('b.txt', data?.token ?? '', 'x')).error).toMatchObject({
      statusCode: '400',
    });
    const again = await files.createSignedUploadUrl('a.txt', { upsert: true });
    expect((await visitor.uploadToSignedUrl('a.txt', again.data?.token ?? '', 'two')).error).toBeNull();
  });

  it('serves public buckets to everybody', async () => {
    const { files } = await bucket({ public: true });
    await files.upload('dir/a.txt', 'hello', { contentType: 'text/plain', cacheControl: '3600' });
    const { publicUrl } = files.getPublicUrl('dir/a.txt').data;
    const answer = await fetch(publicUrl);
    expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
      200,
      expect.stringContaining('max-age=3600'),
      'hello',
    ]);
    const attached = await fetch(files.getPublicUrl('dir/a.txt', { download: true }).data.publicUrl);
    expect(attached.headers.get('content-disposition')).toContain('attachment');
    const part = await fetch(publicUrl, { headers: { Range: 'bytes=1-3' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 1-3/5',
      'ell',
    ]);
    const known = await fetch(publicUrl, {
      headers: { 'If-None-Match': answer.headers.get('etag') ?? '' },
    });
    expect(known.status).toBe(304);
  });

  it('keeps private buckets closed', async () => {
    const { files } = await bucket();
    await files.upload('a.txt', 'hello');
    expect((await fetch(files.getPublicUrl('a.txt').data.publicUrl)).status).toBe(400);
  });

  it('changes the size of images on the way', async () => {
    const { files } = await bucket({ public: true });
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"><rect width="64" height="32"/></svg>';
    await files.upload('a.svg', svg, { contentType: 'image/svg+xml' });
    const transform = { width: 16, height: 8 };
    const { data } = await files.download('a.svg', { transform });
    expect(data?.type).toMatch(/^image\//);
    const signed = await files.createSignedUrl('a.svg', 60, { transform });
    for (const url of [
      files.getPublicUrl('a.svg', { transform }).data.publicUrl,
      signed.data?.signedUrl ?? '',
    ]) {
      const answer = await fetch(url, { headers: { Accept: 'image/png' } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^image\//),
      ]);
    }
  });
});

describe('lists', () => {
  let files: Awaited<ReturnType<typeof bucket>>['files'];
  beforeAll(async () => {
    ({ files } = await bucket());
    for (const path of ['b.txt', 'a.txt', 'dir/c.txt', 'dir/deep/d.txt', 'other/e.txt']) {
      await files.upload(path, path);
    }
  });
  const names = (entries: { name: string }[] | null) => entries?.map(({ name }) => name);

  it('show files and folders of one level', async () => {
    const { data } = await files.list();
    expect(names(data)).toEqual(['a.txt', 'b.txt', 'dir', 'other']);
    expect(data?.[0]).toMatchObject({
      id: expect.any(String),
      metadata: { size: 5, mimetype: expect.any(String), eTag: expect.any(String) },
    });
    expect(data?.[2]).toMatchObject({ name: 'dir', id: null, metadata: null });
    expect(names((await files.list('dir')).data)).toEqual(['c.txt', 'deep']);
    expect((await files.list('nope')).data).toEqual([]);
  });

  it('are searched, sorted and paged', async () => {
    expect(names((await files.list('', { search: 'b' })).data)).toEqual(['b.txt']);
    const sorted = await files.list('dir', { sortBy: { column: 'name', order: 'desc' } });
    expect(names(sorted.data)).toContain('c.txt');
    expect(names((await files.list('', { limit: 2 })).data)).toEqual(['a.txt', 'b.txt']);
    expect(names((await files.list('', { limit: 2, offset: 1 })).data)).toEqual(['b.txt', 'dir']);
  });

  it('go on from a cursor', async () => {
    const first = await files.listV2({ prefix: '', limit: 3 });
    expect(first.data?.hasNext).toBe(true);
    const cursor = first.data?.nextCursor ?? '';
    const second = await files.listV2({ prefix: '', limit: 3, cursor });
    expect([...(first.data?.objects ?? []), ...(second.data?.objects ?? [])]).toHaveLength(5);
    expect(second.data?.hasNext).toBe(false);
    const level = await files.listV2({ prefix: '', with_delimiter: true });
    expect(level.data?.folders).toHaveLength(2);
    expect(level.data?.objects).toHaveLength(2);
  });
});

describe('changing places', () => {
  it('moves and copies within a bucket and to another', async () => {
    const { files, id } = await bucket();
    const other = await bucket();
    await files.upload('a.txt', 'hello');
    expect((await files.move('a.txt', 'dir/b.txt')).data).toEqual({ message: 'Successfully moved' });
    expect((await files.exists('a.txt')).data).toBe(false);
    expect((await files.copy('dir/b.txt', 'c.txt')).data).toMatchObject({ path: `${id}/c.txt` });
    await files.copy('c.txt', 'd.txt', { destinationBucket: other.id });
    await files.move('c.txt', 'e.txt', { destinationBucket: other.id });
    for (const path of ['d.txt', 'e.txt']) {
      expect(await text((await other.files.download(path)).data)).toBe('hello');
    }
    expect(refusal((await files.move('none', 'x')).error)).toEqual({
      message: 'Object not found',
      statusCode: '404',
    });
    await files.upload('taken', 'x');
    expect((await files.move('dir/b.txt', 'taken')).error).toMatchObject({ statusCode: '409' });
  });

  it('removes many at once and says which', async () => {
    const { files, id } = await bucket();
    await files.upload('a', '1');
    await files.upload('dir/b', '2');
    const { data } = await files.remove(['a', 'dir/b', 'none']);
    expect(data?.map(({ name }) => name).sort()).toEqual(['a', 'dir/b']);
    expect(data?.[0]).toMatchObject({ bucket_id: id });
    expect((await files.list()).data).toEqual([]);
  });
});
