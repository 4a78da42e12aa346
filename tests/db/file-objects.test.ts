/** The objects of files, asked for at Storage by people with their own tokens: who may upload, read and remove them. */
import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Database } from '../../edge-functions/_shared/database.types.ts';
import { database } from '../helpers/database.ts';
import { type ChatClient, connect, type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

let ada: Person;
let bob: Person;
let eve: Person;
let channel: string;

const operator = connect(stack.secretKey);
const REFUSED = { statusCode: '403' };

async function call<T>(
  query: PromiseLike<{ data: T; error: { message: string } | null }>,
): Promise<NonNullable<T>> {
  const { data, error } = await query;
  if (error) throw new Error(error.message);
  return data as NonNullable<T>;
}

/** Shows only the token, as somebody does who keeps it. */
const connectWith = (token: string): ChatClient =>
  createClient<Database, 'chat'>(stack.apiUrl, stack.publishableKey, {
    db: { schema: 'chat' },
    accessToken: async () => token,
    realtime: { transport: WebSocket as never },
  });

const bucket = (client: ChatClient) => client.storage.from('files');

async function announce(
  { supabase }: Person,
  name = 'a.txt',
  type = 'text/plain',
  size = 6,
): Promise<string> {
  const row = await call(
    supabase.rpc('create_file', { channel_id: channel, name, mime_type: type, size }).single(),
  );
  return `${row.channel_id}/${row.id}`;
}

const put = ({ supabase }: Person, path: string, content: string | Blob = 'secret', type = 'text/plain') =>
  bucket(supabase).upload(path, content, { contentType: type });

async function upload(person: Person): Promise<string> {
  const path = await announce(person);
  expect((await put(person, path)).error).toBeNull();
  return path;
}

/** Uploaded and sent. */
async function share(person: Person, body = 'look'): Promise<{ path: string; seq: number }> {
  const path = await upload(person);
  const row = await call(
    person.supabase.rpc('send_message', { channel_id: channel, body, file_ids: [path.slice(37)] }).single(),
  );
  return { path, seq: row.seq };
}

/** Every way there is to read an object, as what came of each: its text, or why not. */
async function read(client: ChatClient, path: string): Promise<(string | undefined)[]> {
  const files = bucket(client);
  const text = async (url: string | undefined | null, headers = {}) => {
    if (!url) return 'refused';
    const answer = await fetch(url, { headers });
    return answer.ok ? answer.text() : 'refused';
  };
  const plain = await files.download(path);
  const signed = await files.createSignedUrl(path, 60);
  const many = await files.createSignedUrls([path], 60);
  const info = await files.info(path);
  const copy = await files.copy(path, `${channel}/${randomUUID()}`);
  const listed = await files.list(path.slice(0, 36), { search: path.slice(37) });
  return [
    plain.data ? await plain.data.text() : 'refused',
    await text(signed.data?.signedUrl),
    await text(many.data?.[0]?.signedUrl),
    info.data ? 'secret' : 'refused',
    copy.data ? 'secret' : 'refused',
    listed.data?.length ? 'secret' : 'refused',
    await text(files.getPublicUrl(path).data.publicUrl),
  ];
}

const NOTHING = Array(7).fill('refused');
/** A copy would be a file that nobody announced, and the bucket is not public. */
const ALL = ['secret', 'secret', 'secret', 'secret', 'refused', 'secret', 'refused'];

beforeAll(async () => {
  [ada, bob, eve] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Eve')]);
});
beforeEach(async () => {
  const row = await call(
    ada.supabase
      .rpc('create_channel', { slug: `c-${randomUUID()}`, kind: 'private', member_ids: [bob.id] })
      .single(),
  );
  channel = row.id;
});
afterAll(() => database.end());

describe('somebody who uploads', () => {
  it('stores what they announced, once, and nothing else', async () => {
    const path = await announce(ada);
    expect((await put(ada, path)).error).toBeNull();
    expect((await put(ada, path, 'changed')).error).toMatchObject(REFUSED);
    expect((await bucket(ada.supabase).update(path, 'changed')).error).toMatchObject(REFUSED);
    expect((await bucket(ada.supabase).upload(path, 'changed', { upsert: true })).error).toMatchObject(
      REFUSED,
    );
    expect((await bucket(ada.supabase).move(path, await announce(ada))).error).not.toBeNull();
    expect(await (await bucket(ada.supabase).download(path)).data?.text()).toBe('secret');
  });

  it('stores nothing elsewhere, whatever the path', async () => {
    const path = await announce(ada);
    const other = await call(ada.supabase.rpc('open_dm', { user_id: ada.id }).single());
    for (const wrong of [
      `${channel}/${randomUUID()}`,
      `${other.id}/${path.slice(37)}`,
      path.toUpperCase(),
      `${path}/a`,
      `a/${path}`,
      path.slice(37),
    ]) {
      expect((await put(ada, wrong)).error, wrong).not.toBeNull();
    }
    const [row] =
      await database`select count(*)::int as objects from storage.objects where name like ${`%${path.slice(37)}%`}`;
    expect(row?.objects).toBe(0);
  });

  it('stores nothing for somebody else', async () => {
    const path = await announce(ada);
    for (const person of [bob, eve, { ...eve, supabase: connect() }]) {
      expect((await put(person, path)).error).toMatchObject(REFUSED);
      expect((await bucket(person.supabase).createSignedUploadUrl(path)).error).toMatchObject(REFUSED);
    }
    expect((await put(ada, path)).error).toBeNull();
  });

  it('stores no more than the limit, whatever was announced', async () => {
    const path = await announce(ada, 'a.bin', 'application/octet-stream', 1);
    const large = new Blob([new Uint8Array(52_428_801)]);
    expect((await put(ada, path, large)).error).toMatchObject({ statusCode: '413' });
    const [row] = await database`select uploaded_at from chat.files where id = ${path.slice(37)}`;
    expect(row?.uploaded_at).toBeNull();
  });

  it('stores nothing empty', async () => {
    const path = await announce(ada);
    expect((await put(ada, path, new Blob([]))).error).not.toBeNull();
    const [row] = await database`select uploaded_at from chat.files where id = ${path.slice(37)}`;
    expect(row?.uploaded_at).toBeNull();
  });

  it('cannot pass a page off as a picture: the media type is the one it is served with', async () => {
    const path = await announce(ada, 'a.png', 'image/png');
    expect((await put(ada, path, '<script>', 'text/html')).error).toBeNull();
    const [row] = await database`select mime_type, size::int from chat.files where id = ${path.slice(37)}`;
    expect(row).toEqual({ mime_type: 'text/html', size: 8 });
    const { data } = await bucket(ada.supabase).createSignedUrl(path, 60);
    expect((await fetch(data?.signedUrl ?? '')).headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('stores nothing any more once removed from the channel', async () => {
    const path = await announce(bob);
    await call(ada.supabase.rpc('remove_member', { channel_id: channel, user_id: bob.id }).select());
    expect((await put(bob, path)).error).toMatchObject(REFUSED);
  });
});

describe('a file', () => {
  it('that was not sent is read by its uploader only', async () => {
    const path = await upload(ada);
    expect(await read(ada.supabase, path)).toEqual(ALL);
    for (const client of [bob.supabase, eve.supabase, connect()]) {
      expect(await read(client, path)).toEqual(NOTHING);
    }
  });

  it('that was sent is read by the members and by nobody else', async () => {
    const { path } = await share(ada);
    for (const client of [ada.supabase, bob.supabase]) expect(await read(client, path)).toEqual(ALL);
    for (const client of [eve.supabase, connect()]) expect(await read(client, path)).toEqual(NOTHING);
  });

  it('is not read by platform admins who are not members', async () => {
    const { path } = await share(ada);
    const admin = await signUp('Root');
    await database`update chat.accounts set role = 'admin' where user_id = ${admin.id}`;
    expect((await admin.supabase.from('files').select('id').eq('id', path.slice(37))).data).toHaveLength(1);
    expect(await read(admin.supabase, path)).toEqual(NOTHING);
  });

  it('is closed to members who were removed, and to those who left', async () => {
    const { path } = await share(bob);
    await call(ada.supabase.rpc('remove_member', { channel_id: channel, user_id: bob.id }).select());
    expect(await read(bob.supabase, path)).toEqual(NOTHING);
    expect((await bucket(bob.supabase).remove([path])).data).toEqual([]);
    expect(await read(ada.supabase, path)).toEqual(ALL);
  });

  it('is closed to a suspended member and to an ended session, although their tokens are valid', async () => {
    const [mary, tom] = await Promise.all([signUp('Mary'), signUp('Tom')]);
    await call(
      ada.supabase.rpc('add_members', { channel_id: channel, user_ids: [mary.id, tom.id] }).select(),
    );
    const { path } = await share(ada);
    const waiting = await announce(mary);
    // Without a session of its own to lose.
    const bare = ({ token }: Person) => connectWith(token);
    expect(await read(bare(mary), path)).toEqual(ALL);
    await database`update auth.users set banned_until = now() + interval '1 day' where id = ${mary.id}`;
    await database`delete from auth.sessions where user_id = ${tom.id}`;
    for (const person of [mary, tom]) expect(await read(bare(person), path)).toEqual(NOTHING);
    expect((await bucket(bare(mary)).upload(waiting, 'x')).error).toMatchObject(REFUSED);
  });

  it('of a deleted message is read by nobody', async () => {
    const { path, seq } = await share(ada);
    await call(ada.supabase.rpc('delete_message', { channel_id: channel, seq }).select());
    for (const client of [ada.supabase, bob.supabase]) expect(await read(client, path)).toEqual(NOTHING);
  });

  it('is removed by its uploader and by admins of the channel, and its message loses it', async () => {
    const [own, others] = [await share(bob), await share(bob)];
    const third = await share(ada);
    expect((await bucket(bob.supabase).remove([third.path])).data).toEqual([]);
    expect((await bucket(eve.supabase).remove([own.path, others.path])).data).toEqual([]);
    expect((await bucket(bob.supabase).remove([own.path])).data).toHaveLength(1);
    expect((await bucket(ada.supabase).remove([others.path])).data).toHaveLength(1);
    const { data } = await ada.supabase
      .from('messages')
      .select('files, body')
      .eq('channel_id', channel)
      .gte('seq', own.seq)
      .order('seq');
    expect(data).toMatchObject([
      { body: 'look', files: [] },
      { body: 'look', files: [] },
      { body: 'look', files: [{ id: third.path.slice(37) }] },
    ]);
    expect(await read(ada.supabase, own.path)).toEqual(NOTHING);
    expect((await put(bob, own.path)).error).toMatchObject(REFUSED);
  });

  it('is removed by the operator too, and its message follows', async () => {
    const { path, seq } = await share(ada, '');
    expect((await bucket(operator).remove([path])).data).toHaveLength(1);
    const { data } = await ada.supabase
      .from('messages')
      .select('deleted_at')
      .eq('channel_id', channel)
      .eq('seq', seq)
      .single();
    expect(data?.deleted_at).not.toBeNull();
  });
});

describe('a picture of oneself', () => {
  const pictures = ({ supabase }: Person) => supabase.storage.from('avatars');
  const picture = new Blob(['png'], { type: 'image/png' });

  it('is stored in the own folder, seen by everybody and removed by oneself', async () => {
    const path = `${ada.id}/${randomUUID()}`;
    expect((await pictures(ada).upload(path, picture)).error).toBeNull();
    const { publicUrl } = pictures(ada).getPublicUrl(path).data;
    expect(await (await fetch(publicUrl)).text()).toBe('png');
    expect((await pictures(bob).list(ada.id)).data).toEqual([]);
    expect((await pictures(bob).remove([path])).data).toEqual([]);
    expect((await pictures(ada).remove([path])).data).toHaveLength(1);
    expect((await fetch(publicUrl)).ok).toBe(false);
  });

  it('is refused elsewhere, under another kind of name, as another kind of file, and beyond ten', async () => {
    const refused = async (path: string, blob = picture) => (await pictures(eve).upload(path, blob)).error;
    expect(await refused(`${ada.id}/${randomUUID()}`)).toMatchObject(REFUSED);
    expect(await refused(`${eve.id}/a.png`)).toMatchObject(REFUSED);
    expect(await refused(`${eve.id}/x/${randomUUID()}`)).toMatchObject(REFUSED);
    expect(
      await refused(`${eve.id}/${randomUUID()}`, new Blob(['<svg/>'], { type: 'image/svg+xml' })),
    ).toMatchObject({ statusCode: '415' });
    expect(
      await refused(
        `${eve.id}/${randomUUID()}`,
        new Blob([new Uint8Array(5_242_881)], { type: 'image/png' }),
      ),
    ).toMatchObject({ statusCode: '413' });
    for (let n = 0; n < 10; n += 1) expect(await refused(`${eve.id}/${randomUUID()}`)).toBeNull();
    expect(await refused(`${eve.id}/${randomUUID()}`)).toMatchObject(REFUSED);
  });
});
