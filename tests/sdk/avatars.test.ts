import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';

afterEach(closeChats);
afterAll(() => database.end());

describe('a picture of oneself', () => {
  const picture = (content: string) => new File([content], 'me.png', { type: 'image/png' });
  const stored = async (userId: string) => {
    const rows = await database`
      select name from storage.objects where bucket_id = 'avatars' and name like ${`${userId}/%`}`;
    return rows.map(({ name }) => name as string);
  };

  it('is seen by everybody, and takes the place of the one before', async () => {
    const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
    const first = await ada.chat.users.setAvatar(picture('1'));
    const second = await ada.chat.users.setAvatar(picture('2'));
    expect((await bob.chat.users.get(ada.id)).avatarUrl).toBe(second.avatarUrl);
    expect(await (await fetch(second.avatarUrl as string)).text()).toBe('2');
    expect((await fetch(first.avatarUrl as string)).ok).toBe(false);
    expect(await stored(ada.id)).toHaveLength(1);
    await ada.chat.users.update({ avatarUrl: null });
    expect(await stored(ada.id)).toEqual([]);
  });

  it('is refused when it is too large or no picture, and the one before stays', async () => {
    const { chat, id } = await joinChat('Ada');
    const { avatarUrl } = await chat.users.setAvatar(picture('1'));
    await expect(chat.users.setAvatar(picture('x'.repeat(5_242_881)))).rejects.toMatchObject({
      code: 'file_too_large',
      status: 413,
    });
    await expect(chat.users.setAvatar(new Blob(['<svg/>'], { type: 'image/svg+xml' }))).rejects.toMatchObject(
      {
        code: 'unsupported_media_type',
        status: 415,
      },
    );
    expect((await chat.users.me()).avatarUrl).toBe(avatarUrl);
    expect(await stored(id)).toHaveLength(1);
  });
});
