/** Whose files are whose: policies on storage.objects, asked with the real client, and resumable uploads. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { connect, type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const operator = connect(stack.secretKey);
const bucket = `b-${randomUUID()}`;
/** What a policy of each command has to say for the objects that `own` describes. */
const rights = (own: string) => ({
  select: `using (${own})`,
  insert: `with check (${own})`,
  update: `using (${own}) with check (${own})`,
  delete: `using (${own})`,
});
const policyName = (command: string) => `${command}_own_${bucket}`;

let ada: Person;
let eve: Person;
const folder = ({ supabase }: Person) => supabase.storage.from(bucket);

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
  await operator.storage.createBucket(bucket, { public: false }).then(({ error }) => {
    if (error) throw error;
  });
  // Everybody has the folder with their id.
  const own = `bucket_id = '${bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text`;
  for (const [command, clause] of Object.entries(rights(own))) {
    await database.unsafe(
      `create policy "${policyName(command)}" on storage.objects for ${command} to authenticated ${clause}`,
    );
  }
});

afterAll(async () => {
  for (const command of Object.keys(rights(''))) {
    await database.unsafe(`drop policy if exists "${policyName(command)}" on storage.objects`);
  }
  await operator.storage.emptyBucket(bucket);
  await operator.storage.deleteBucket(bucket);
  await database.end();
});

describe('somebody with a folder of their own', () => {
  it('writes, reads, lists, moves, copies and removes there', async () => {
    const [files, own] = [folder(ada), `${ada.id}/own`];
    expect((await files.upload(`${own}/a.txt`, 'hello')).error).toBeNull();
    expect((await files.upload(`${own}/a.txt`, 'again', { upsert: true })).error).toBeNull();
    expect((await files.info(`${own}/a.txt`)).data).toMatchObject({ size: 5 });
    expect((await files.list(own)).data).toHaveLength(1);
    expect((await files.move(`${own}/a.txt`, `${own}/b.txt`)).error).toBeNull();
    expect((await files.copy(`${own}/b.txt`, `${own}/c.txt`)).error).toBeNull();
    const { data } = await files.createSignedUrl(`${own}/c.txt`, 60);
    expect(await (await fetch(data?.signedUrl ?? '')).text()).toBe('again');
    expect((await files.remove([`${own}/b.txt`, `${own}/c.txt`])).data).toHaveLength(2);
    const [row] = await database`
      select count(*)::int as left_over from storage.objects where bucket_id = ${bucket} and name like ${`${own}/%`}`;
    expect(row).toEqual({ left_over: 0 });
  });

  it('writes nowhere else', async () => {
    const refused = { message: 'new row violates row-level security policy', statusCode: '403' };
    const files = folder(ada);
    expect((await files.upload(`${eve.id}/a.txt`, 'x')).error).toMatchObject(refused);
    expect((await files.upload('a.txt', 'x')).error).toMatchObject(refused);
    expect((await files.createSignedUploadUrl(`${eve.id}/a.txt`)).error).toMatchObject(refused);
    expect((await folder({ ...ada, supabase: connect() }).upload(`${ada.id}/x`, 'x')).error).toMatchObject(
      refused,
    );
  });

  it('finds nothing of others, whatever they try', async () => {
    const path = `${ada.id}/secret.txt`;
    await folder(ada).upload(path, 'secret');
    const files = folder(eve);
    const notFound = { message: 'Object not found', statusCode: '404' };
    expect((await files.download(path)).data).toBeNull();
    expect((await files.exists(path)).data).toBe(false);
    expect((await files.info(path)).error).toMatchObject(notFound);
    expect((await files.createSignedUrl(path, 60)).error).toMatchObject(notFound);
    expect((await files.list(ada.id)).data).toEqual([]);
    expect((await files.move(path, `${eve.id}/mine.txt`)).error).toMatchObject(notFound);
    expect((await files.copy(path, `${eve.id}/mine.txt`)).error).toMatchObject(notFound);
    expect((await files.remove([path])).data).toEqual([]);
    expect(await (await folder(ada).download(path)).data?.text()).toBe('secret');
  });

  it('does nothing to buckets', async () => {
    const { storage } = ada.supabase;
    expect((await storage.createBucket(`b-${randomUUID()}`, { public: true })).error).toMatchObject({
      statusCode: '403',
    });
    expect((await storage.listBuckets()).data).toEqual([]);
    expect((await storage.getBucket(bucket)).error).toMatchObject({ statusCode: '404' });
    expect((await storage.deleteBucket(bucket)).error).not.toBeNull();
    expect((await storage.emptyBucket(bucket)).error).not.toBeNull();
  });
});

describe('a resumable upload', () => {
  const CHUNK = 6 * 1024 * 1024;

  function upload(person: Person, path: string, content: Buffer, options: object = {}) {
    let job: Upload | undefined;
    const done = new Promise<void>((resolve, reject) => {
      job = new Upload(content, {
        endpoint: `${stack.apiUrl}/storage/v1/upload/resumable`,
        headers: { authorization: `Bearer ${person.token}`, apikey: stack.publishableKey },
        metadata: { bucketName: bucket, objectName: path, contentType: 'application/octet-stream' },
        uploadDataDuringCreation: true,
        chunkSize: CHUNK,
        retryDelays: null,
        onSuccess: () => resolve(),
        onError: reject,
        ...options,
      });
    });
    return { job: job as Upload, done };
  }

  it('goes on where it stopped and stores the file whole', async () => {
    const content = randomBytes(CHUNK + 1000);
    const path = `${ada.id}/big.bin`;
    const first = upload(ada, path, content, {
      onChunkComplete: () => void first.job.abort().then(() => stopped()),
    });
    let stopped = () => {};
    const halted = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    first.job.start();
    await halted;
    expect((await folder(ada).exists(path)).data).toBe(false);

    const sent: number[] = [];
    const second = upload(ada, path, content, {
      uploadUrl: first.job.url,
      onChunkComplete: (size: number) => sent.push(size),
    });
    second.job.start();
    await second.done;
    expect(sent).toEqual([1000]);
    const { data } = await folder(ada).download(path);
    expect(Buffer.from(await (data as Blob).arrayBuffer()).equals(content)).toBe(true);
  });

  it('is refused in the folder of somebody else', async () => {
    const { job, done } = upload(eve, `${ada.id}/intruder.bin`, Buffer.from('x'));
    job.start();
    await expect(done).rejects.toThrow('response code: 403');
  });
});
