/** The own picture (ConnectBest 2.2). */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError } from '../api.ts';
import { GIF, JPEG, PNG } from '../pictures.ts';
import { form, MB, type Part, text } from '../uploads.ts';

afterAll(() => database.end());

describe('POST /api/users/avatar', () => {
  const setAvatar = (person: Person, parts: Part[]) =>
    call<{ avatarUrl: string }>('POST', '/api/users/avatar', { token: person.token, raw: form(parts) });

  const stored = async ({ id }: Person) =>
    (await database`select from storage.objects where bucket_id = 'avatars' and name like ${`${id}/%`}`)
      .length;

  it.each([
    ['JPEG', JPEG, 'image/jpeg'],
    ['PNG', PNG, 'image/png'],
    ['GIF', GIF, 'image/gif'],
  ])('success: a %s, whatever its name, is shown to everybody', async (_, picture, type) => {
    const ada = await signUp('Ada');
    const answer = await setAvatar(ada, [['file', new Blob([picture], { type: 'text/plain' }), 'a.txt']]);
    expect(answer).toMatchObject({ status: 200, body: { avatarUrl: expect.stringMatching(/^http/) } });
    const { data } = await ada.supabase.from('profiles').select('avatar_url').eq('id', ada.id).single();
    expect(data?.avatar_url).toBe(answer.body.avatarUrl);
    const served = await fetch(answer.body.avatarUrl);
    expect(served.headers.get('content-type')).toBe(type);
    expect(Buffer.from(await served.arrayBuffer()).equals(picture)).toBe(true);
  });

  it('effect: the picture before is gone', async () => {
    const ada = await signUp('Ada');
    const first = await setAvatar(ada, [['file', new Blob([PNG]), 'a.png']]);
    await setAvatar(ada, [['file', new Blob([GIF]), 'b.gif']]);
    expect((await fetch(first.body.avatarUrl)).ok).toBe(false);
    expect(await stored(ada)).toBe(1);
  });

  it.each<[string, Part[], number, string]>([
    ['no file', [['name', 'Ada']], 400, 'invalid_input'],
    ['a text instead of a file', [['file', 'hello']], 400, 'invalid_input'],
    [
      'two pictures',
      [
        ['file', new Blob([PNG]), 'a.png'],
        ['file', new Blob([PNG]), 'b.png'],
      ],
      400,
      'too_many_files',
    ],
    ['an empty file', [['file', text('')]], 400, 'file_empty'],
    [
      'a text that calls itself a picture',
      [['file', new Blob(['hello'], { type: 'image/png' }), 'a.png']],
      415,
      'unsupported_media_type',
    ],
    [
      'a drawing, which may carry a script',
      [['file', new Blob(['<svg/>'], { type: 'image/svg+xml' }), 'a.svg']],
      415,
      'unsupported_media_type',
    ],
  ])('error: refuses %s, and the picture stays', async (_, parts, status, code) => {
    const ada = await signUp('Ada');
    const { body } = await setAvatar(ada, [['file', new Blob([PNG]), 'a.png']]);
    expectError(await setAvatar(ada, parts), status, code, 'file');
    expect((await fetch(body.avatarUrl)).ok).toBe(true);
    expect(await stored(ada)).toBe(1);
  });

  it('limit: 5 MB to the byte; error 413 beyond, and nothing of it is stored', async () => {
    const ada = await signUp('Ada');
    const padded = (size: number) => new Blob([PNG, new Uint8Array(size - PNG.length)]);
    expectError(await setAvatar(ada, [['file', padded(5 * MB + 1), 'a.png']]), 413, 'file_too_large', 'file');
    expect(await stored(ada)).toBe(0);
    expect((await setAvatar(ada, [['file', padded(5 * MB), 'a.png']])).status).toBe(200);
  });

  it.each(badTokens)('permission: 401 with %s', async (_, token) => {
    const ada = await signUp('Ada');
    const raw = form([['file', new Blob([PNG]), 'a.png']]);
    const answer = await call('POST', '/api/users/avatar', { token: token(ada.token), raw });
    expect(answer.status).toBe(401);
    expect(await stored(ada)).toBe(0);
  });
});
