/** Files of the rooms document: S2-4.1 to 4.3. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, expectError, TIME, UUID, uniqueAddress } from '../api.ts';
import { channelOf } from '../room.ts';
import { form, leftOf, MB, NOTHING, type Part, text } from '../uploads.ts';
import { join, MOUNT, messagesOf, roomOf, say } from './people.ts';

afterAll(() => database.end());

interface File {
  id: string;
  name: string;
  url: string;
}

const upload = (token: string | undefined, parts: Part[], path = `${MOUNT}/files/upload`) =>
  call<File>('POST', path, { token, raw: form(parts) });
const list = (token?: string, query = '') => call<File[]>('GET', `${MOUNT}/files${query}`, { token });

/** What the file's bytes come with. */
const download = (
  id: string,
  { token, path = `${MOUNT}/files`, method = 'GET' }: { token?: string; path?: string; method?: string } = {},
) =>
  fetch(`${stack.apiUrl}/functions/v1${path}/${id}`, {
    method,
    headers: { 'x-forwarded-for': uniqueAddress(), ...(token && { authorization: `Bearer ${token}` }) },
  });

async function shared(name = 'plan.txt') {
  const ada = await join();
  const roomId = await roomOf(ada);
  const { body } = await upload(ada.token, [
    ['roomId', roomId],
    ['file', text(), name],
  ]);
  return { ada, roomId, file: body };
}

describe('POST /api/files/upload', () => {
  it('success: 201 with what the file is and where it can be read', async () => {
    const ada = await join();
    const { status, body } = await upload(ada.token, [['file', text('a,b\n'), 'über uns.csv']]);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: UUID,
      name: 'über uns.csv',
      url: `${stack.apiUrl}/functions/v1/api/files/${body.id}`,
      size: 4,
      type: 'text/plain',
      uploadedAt: TIME,
    });
  });

  it('success: below /api too', async () => {
    const { status } = await upload((await join()).token, [['file', text()]], '/api/files/upload');
    expect(status).toBe(201);
  });

  it.each<[string, Part[], string, string]>([
    ['no file', [['roomId', '']], 'invalid_input', 'file'],
    ['words instead of a file', [['file', 'words']], 'invalid_input', 'file'],
    ['an empty file', [['file', new Blob([])]], 'file_empty', 'file'],
    [
      'two files',
      [
        ['file', text()],
        ['file', text()],
      ],
      'too_many_files',
      'file',
    ],
    ['a file elsewhere', [['picture', text()]], 'invalid_input', 'file'],
    [
      'a room that is none',
      [
        ['roomId', 'lunch'],
        ['file', text()],
      ],
      'invalid_input',
      'roomId',
    ],
  ])('error: 400 for %s, and nothing of it stays', async (_, parts, code, field) => {
    const ada = await signUp();
    expectError(await upload(ada.token, parts), 400, code, field);
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('error: 404 for a room that is not there, and nothing of it stays', async () => {
    const ada = await signUp();
    const parts: Part[] = [
      ['roomId', randomUUID()],
      ['file', text()],
    ];
    expectError(await upload(ada.token, parts), 404, 'channel_not_found');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it.each([
    ['nothing', {}],
    ['what is no form', { json: { file: 'words' } }],
  ])('error: 400 for %s, which says that the file is missing', async (_, body) => {
    const { token } = await join();
    const answer = await call('POST', `${MOUNT}/files/upload`, { token, ...body });
    expectError(answer, 400, 'invalid_input', 'file');
    expect(answer.body).toMatchObject({ error: { details: [{ field: 'file', message: 'is missing' }] } });
  });

  it('error: 415 for a program', async () => {
    const { token } = await join();
    const program = new Blob(['MZ'], { type: 'application/x-msdownload' });
    expectError(await upload(token, [['file', program, 'a.exe']]), 415, 'file_type_not_allowed', 'file');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await upload(make((await join()).token), [['file', text()]]);
    expect(status).toBe(401);
  });

  it('permission: 404 for a private channel of others, 403 for whoever is banned', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const to = (id: string): Part[] => [
      ['file', text()],
      ['roomId', id],
    ];
    expectError(await upload(bob.token, to(await channelOf(ada, 'private'))), 404, 'channel_not_found');
    const id = await roomOf(ada);
    await ada.supabase.rpc('ban_member', { channel_id: id, user_id: bob.id }).throwOnError();
    expectError(await upload(bob.token, to(id)), 403, 'user_banned');
  });

  it('limit: 413 for more than 50 MB', async () => {
    const ada = await signUp();
    const parts: Part[] = [['file', new Blob([new Uint8Array(50 * MB + 1)])]];
    expectError(await upload(ada.token, parts), 413, 'file_too_large', 'file');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('effect: shared by its address alone it is in the room, for anybody', async () => {
    const ada = await join();
    const roomId = await roomOf(ada);
    const { body: file } = await upload(ada.token, [['file', text()]]);
    expect((await download(file.id)).status).toBe(404);
    const { body } = await say(ada, roomId, `Read this: ${file.url}`);
    expect(body).toMatchObject({ content: `Read this: ${file.url}`, files: [{ id: file.id }] });
    expect((await download(file.id)).status).toBe(200);
    expect((await list(undefined, '?limit=100')).body).toContainEqual(file);
  });

  it('effect: the room has it in a message; without a room it is kept for good', async () => {
    const { ada, roomId, file } = await shared();
    const [message] = (await messagesOf(roomId)).body;
    expect(message).toMatchObject({ content: '', files: [{ id: file.id, name: 'plan.txt', url: file.url }] });
    const { body } = await upload(ada.token, [['file', text()]]);
    const [row] =
      await database`select expires_at = 'infinity' as is_kept from chat.files where id = ${body.id}`;
    expect(row).toEqual({ is_kept: true });
  });
});

describe('GET /api/files/:fileId', () => {
  it('success: anybody gets the bytes of a file in a room, with its type and name', async () => {
    const { file } = await shared("Ada's plan (über).txt");
    for (const path of [`${MOUNT}/files`, '/api/files']) {
      const answer = await download(file.id, { path });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/plain');
      expect(answer.headers.get('content-disposition')).toBe(
        "attachment; filename*=UTF-8''Ada%27s%20plan%20%28%C3%BCber%29.txt",
      );
      expect(await answer.text()).toBe('hello');
    }
  });

  it('success: who uploaded it gets it, and who was sent it', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const roomId = await channelOf(ada, 'private', [bob]);
    const own = (await upload(ada.token, [['file', text()]])).body;
    const sent = (
      await upload(ada.token, [
        ['file', text()],
        ['roomId', roomId],
      ])
    ).body;
    expect((await download(own.id, { token: ada.token })).status).toBe(200);
    expect((await download(sent.id, { token: bob.token })).status).toBe(200);
  });

  it('error: 404 for a file that is not there, 400 for what is no id', async () => {
    expectError(await call('GET', `${MOUNT}/files/${randomUUID()}`), 404, 'file_not_found');
    expectError(await call('GET', `${MOUNT}/files/plan`), 400, 'invalid_input', 'fileId');
  });

  it('permission: 404 for the files of others and of channels that are not open', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const own = (await upload(ada.token, [['file', text()]])).body;
    const roomId = await channelOf(ada, 'private');
    const sent = (
      await upload(ada.token, [
        ['file', text()],
        ['roomId', roomId],
      ])
    ).body;
    for (const { id } of [own, sent]) {
      for (const token of [undefined, bob.token]) {
        expectError(await call('GET', `${MOUNT}/files/${id}`, { token }), 404, 'file_not_found');
      }
    }
  });

  it('effect: HEAD tells what the file is without opening it in Storage', async () => {
    const { roomId, ada } = await shared();
    const [file] = await database`
      insert into chat.files (folder_id, channel_id, seq, uploader_id, name, mime_type, size, uploaded_at)
      select ${roomId}, ${roomId}, n.last_seq, ${ada.id}, 'gone.txt', 'text/plain', 5, now()
        from chat.channel_counters n where n.channel_id = ${roomId} returning id`;
    const answer = await download(file?.id, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('5');
    expect((await download(file?.id)).ok).toBe(false);
  });

  it('effect: nobody gets it once its room is closed or its message deleted', async () => {
    const ada = await signUp();
    const [closed, kept] = [await roomOf(ada), await roomOf(ada)];
    const [one, other] = await Promise.all(
      [closed, kept].map(
        async (id) =>
          (
            await upload(ada.token, [
              ['roomId', id],
              ['file', text()],
            ])
          ).body,
      ),
    );
    await ada.supabase.rpc('update_channel', { channel_id: closed, is_open: false }).throwOnError();
    const [message] = (await messagesOf(kept)).body;
    await ada.supabase
      .rpc('delete_message_by_id', { channel_id: kept, id: message?.id ?? '' })
      .throwOnError();
    for (const file of [one, other]) expect((await download(file?.id ?? '')).status).toBe(404);
    const ids = (await list(undefined, '?limit=100')).body.map(({ id }) => id);
    expect(ids).not.toContain(one?.id);
  });
});

describe('GET /api/files', () => {
  it('success: anybody sees the files of rooms, newest first', async () => {
    const [older, newer] = [(await shared()).file, (await shared()).file];
    const { status, body } = await list(undefined, '?limit=100');
    expect(status).toBe(200);
    const ids = body.map(({ id }) => id);
    expect(ids.indexOf(newer.id)).toBeLessThan(ids.indexOf(older.id));
    expect(body).toContainEqual(older);
  });

  it('permission: with a token the own ones too, and those of the own channels', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const roomId = await channelOf(ada, 'private', [bob]);
    const own = (await upload(ada.token, [['file', text()]])).body;
    const sent = (
      await upload(ada.token, [
        ['file', text()],
        ['roomId', roomId],
      ])
    ).body;
    const seen = async (token?: string) =>
      (await list(token, '?limit=100')).body
        .map(({ id }) => id)
        .filter((id) => [own.id, sent.id].includes(id));
    expect(await seen(ada.token)).toEqual([sent.id, own.id]);
    expect(await seen(bob.token)).toEqual([sent.id]);
    expect(await seen()).toEqual([]);
  });

  it('error: 400 for a limit and a place that are none', async () => {
    expectError(await list(undefined, '?limit=none'), 400, 'invalid_input', 'limit');
    expectError(await list(undefined, '?before=none'), 400, 'invalid_input', 'before');
    for (const offset of ['-1', 'none', '10001']) {
      expectError(await list(undefined, `?offset=${offset}`), 400, 'invalid_input', 'offset');
    }
  });

  it('limit: an offset leaves out the newest, and a Link goes on behind the page', async () => {
    const ada = await join();
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.unshift((await upload(ada.token, [['file', text()]])).body.id);
    const newest = ids[0] ?? '';
    // Others upload at the same time; the own ones follow each other all the same.
    const own = ({ body }: { body: File[] }) => body.map(({ id }) => id).filter((id) => ids.includes(id));
    const before = `before=${newest}`;
    const all = (await list(ada.token, `?${before}&limit=100`)).body.map(({ id }) => id);
    const page = await list(ada.token, `?${before}&limit=2&offset=1`);
    expect(page.body.map(({ id }) => id)).toEqual(all.slice(1, 3));
    const [, path = ''] = /\/v1(.+)>; rel="next"/.exec(page.headers.get('link') ?? '') ?? [];
    const next = await call<File[]>('GET', path, { token: ada.token });
    expect(next.body.map(({ id }) => id)).toEqual(all.slice(3, 5));
    expect(own(await list(ada.token, '?limit=100&offset=0'))).toEqual(ids);
    expect((await list(ada.token, '?offset=10000')).status).toBe(200);
  });

  it('limit: pages follow each other', async () => {
    const [older, newer] = [(await shared()).file, (await shared()).file];
    const { body } = await list(undefined, `?limit=1&before=${newer.id}`);
    expect(body).toHaveLength(1);
    expect((body[0]?.id ?? '') >= older.id).toBe(true);
  });
});
