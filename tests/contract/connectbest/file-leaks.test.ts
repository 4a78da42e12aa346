/** Every way that does not lead to the file of somebody else. */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { contentOf, pair, pathOf, send, uploadOne } from '../uploads.ts';

afterAll(() => database.end());

const operator = connect(stack.secretKey);

describe('a file of a private channel', () => {
  it('is read by its members alone: by no guessed path, other key, other verb or part', async () => {
    const { ada, bob, channel } = await pair();
    const [eve, removed] = await Promise.all([signUp('Eve'), signUp('Rem')]);
    await ada.supabase.rpc('add_members', { channel_id: channel, user_ids: [removed.id] }).throwOnError();
    const file = await uploadOne(ada);
    await send(ada, channel, file);
    await ada.supabase.rpc('remove_member', { channel_id: channel, user_id: removed.id }).throwOnError();
    const path = await pathOf(file);
    const storage = `${stack.apiUrl}/storage/v1`;
    const anon = connect(stack.anonKey);
    const token = new URL(file.url).search;

    const read = async (address: string, key: string, init: RequestInit = {}) => {
      const headers = { ...init.headers, apikey: stack.anonKey, authorization: `Bearer ${key}` };
      const answer = await fetch(`${storage}/${address}`, { ...init, headers });
      await answer.arrayBuffer();
      return answer.ok;
    };
    for (const key of [eve.token, removed.token, stack.anonKey, stack.publishableKey]) {
      for (const address of [
        `object/files/${path}`,
        `object/authenticated/files/${path}`,
        `object/public/files/${path}`,
        `object/info/files/${path}`,
        `render/image/authenticated/files/${path}`,
        `object/files/${path}.thumbnail`,
      ]) {
        expect(await read(address, key), address).toBe(false);
        expect(await read(address, key, { method: 'HEAD' }), `HEAD ${address}`).toBe(false);
        expect(await read(address, key, { headers: { range: 'bytes=0-1' } }), `part of ${address}`).toBe(
          false,
        );
      }
    }
    for (const { storage } of [eve.supabase, removed.supabase, anon]) {
      expect((await storage.from('files').createSignedUrl(path, 60)).error).not.toBeNull();
      expect((await storage.from('files').createSignedUrls([path], 60)).data?.[0]?.signedUrl ?? '').toBe('');
      expect((await storage.from('files').list(path.split('/')[0])).data ?? []).toEqual([]);
    }
    // The permission in an address is for this object alone.
    const other = await uploadOne(bob);
    expect((await fetch(`${storage}/object/sign/files/${await pathOf(other)}${token}`)).ok).toBe(false);
    expect((await fetch(`${storage}/object/sign/files/${path}?token=${eve.token}`)).ok).toBe(false);
    expect(await contentOf(file.url)).toEqual(Buffer.from('hello'));
  });

  it('is read through no address that has expired', async () => {
    const { ada } = await pair();
    const file = await uploadOne(ada);
    const { exp, iat } = JSON.parse(
      Buffer.from(new URL(file.url).searchParams.get('token')?.split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(exp - iat).toBe(3600);
    const { data } = await operator.storage.from('files').createSignedUrl(await pathOf(file), 1);
    const isOpen = async () => (await fetch(data?.signedUrl ?? '')).ok;
    await expect.poll(isOpen).toBe(false);
    expect((await fetch(file.url)).ok).toBe(true);
  });

  it('is gone with its message: its bytes are noted for removal in the same moment', async () => {
    const { ada, channel } = await pair();
    const file = await uploadOne(ada);
    const path = await pathOf(file);
    const { seq } = await send(ada, channel, file);
    await ada.supabase.rpc('delete_message', { channel_id: channel, seq }).throwOnError();
    const rows = await database`
      select from chat_private.doomed_objects where name = ${path}
      union all select where not exists (select from storage.objects where name = ${path})`;
    expect(rows).toHaveLength(1);
  });
});
