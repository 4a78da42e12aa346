/** Uploading and deleting attachments (ConnectBest 5.1, 5.2). */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { type Answer, badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { GIF, PDF, PNG, PROGRAMS } from '../pictures.ts';
import {
  type Attachment,
  channelOf,
  contentOf,
  form,
  leftOf,
  MB,
  NOTHING,
  type Part,
  pair,
  pathOf,
  refusedSend,
  send,
  text,
  upload,
  uploadOne,
} from '../uploads.ts';

afterAll(() => database.end());

describe('POST /api/upload', () => {
  it('success: takes files of any kind and answers with what they are', async () => {
    const { ada } = await pair();
    const answer = await upload(ada, [
      ['files', new Blob([PNG], { type: 'text/plain' }), 'über uns.png'],
      ['files', text('a,b\n1,2\n'), 'table.csv'],
    ]);
    expect(answer.status).toBe(200);
    const named = {
      id: UUID,
      url: expect.stringMatching(/^http.*token=/),
      thumbnailUrl: null,
      uploadedAt: TIME,
    };
    expect(answer.body).toEqual({
      attachments: [
        { ...named, name: 'über uns.png', size: PNG.length, type: 'image/png' },
        { ...named, name: 'table.csv', size: 8, type: 'text/plain' },
      ],
    });
    const [picture] = answer.body.attachments;
    expect((await contentOf(picture?.url ?? '')).equals(PNG)).toBe(true);
  });

  it('success: with a channel named before or after them, its messages alone take the files', async () => {
    const { ada, bob, channel } = await pair();
    const other = await channelOf(ada, [bob]);
    const orders: Part[][] = [
      [
        ['channelId', channel],
        ['files', text(), 'a.txt'],
      ],
      [
        ['files', text(), 'a.txt'],
        ['channelId', channel],
      ],
    ];
    for (const parts of orders) {
      const file = await uploadOne(ada, parts);
      expect(await refusedSend(ada, other, file)).toBe('file_not_found');
      expect((await send(ada, channel, file)).files).toMatchObject([{ id: file.id }]);
    }
  });

  it('success: without one a message in any channel takes the file, once, and only of its uploader', async () => {
    const { ada, bob, channel } = await pair();
    const file = await uploadOne(ada, [
      ['files[]', text(), 'a.txt'],
      ['channelId', ''],
    ]);
    expect(await refusedSend(bob, channel, file)).toBe('file_not_found');
    await send(ada, channel, file);
    expect(await refusedSend(ada, await channelOf(ada), file)).toBe('file_already_sent');
    const { data } = await bob.supabase.storage.from('files').download(await pathOf(file));
    expect(await data?.text()).toBe('hello');
  });

  it.each([
    ['a picture that calls itself a page', PNG, 'text/html', 'image/png'],
    ['a PDF', PDF, 'image/png', 'application/pdf'],
    [
      'a page, which nobody is to run',
      Buffer.from('<html><script>alert(1)</script>'),
      'text/html',
      'text/plain',
    ],
    [
      'a drawing with a script',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
      'image/svg+xml',
      'text/plain',
    ],
    ['JSON', Buffer.from('{"a": 1}'), 'application/json', 'application/json'],
    ['unknown bytes', Buffer.from([1, 2, 3, 0, 255]), 'image/png', 'application/octet-stream'],
  ])(
    'effect: the type of %s is told by what is in it, and it is served as that',
    async (_, content, said, type) => {
      const { ada } = await pair();
      const file = await uploadOne(ada, [['files', new Blob([content], { type: said }), 'a.bin']]);
      expect(file.type).toBe(type);
      const served = await fetch(file.url);
      expect(served.headers.get('content-type')?.split(';')[0]).toBe(type);
      await served.arrayBuffer();
    },
  );

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\boot.ini', 'boot.ini'],
    ['Bericht\u202Egpj.exe', 'Berichtgpj.exe'],
    ['<img src=x onerror=alert(1)>.png', '<img src=x onerror=alert(1)>.png'],
  ])('effect: the name %j is kept as %j', async (name, kept) => {
    const { ada } = await pair();
    expect((await uploadOne(ada, [['files', text(), name]])).name).toBe(kept);
  });

  it('effect: a file that nothing has taken goes after seven days', async () => {
    const { ada } = await pair();
    const { id } = await uploadOne(ada);
    const [row] =
      await database`select expires_at - created_at = interval '7 days' as is_week from chat.files where id = ${id}`;
    expect(row?.is_week).toBe(true);
    await database`update chat.files set expires_at = now() where id = ${id}`;
    await database`select chat_private.expire_files()`;
    expect(await leftOf(ada)).toMatchObject({ rows: 0 });
  });

  it.each(PROGRAMS)('error: 415 for %s, whatever it calls itself', async (_, content) => {
    const { ada } = await pair();
    const disguised: Part = ['files', new Blob([content], { type: 'image/png' }), 'kitten.png'];
    expectError(await upload(ada, [disguised]), 415, 'file_type_not_allowed', 'files');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it.each<[string, Part[], string, string]>([
    ['no file', [['channelId', randomUUID()]], 'invalid_input', 'files'],
    ['a text instead of a file', [['files', 'hello']], 'invalid_input', 'files'],
    ['a file in another field', [['image', text()]], 'invalid_input', 'image'],
    ['an empty file', [['files', text('')]], 'file_empty', 'files'],
    ['a name of nothing', [['files', text(), '..']], 'invalid_file_name', 'files'],
    [
      'a channel id that is none',
      [
        ['files', text()],
        ['channelId', 'general'],
      ],
      'invalid_input',
      'channelId',
    ],
    ['eleven files', Array.from({ length: 11 }, () => ['files', text()]), 'too_many_files', 'files'],
  ])('error: 400 for %s, and nothing is stored', async (_, parts, code, field) => {
    const { ada } = await pair();
    expectError(await upload(ada, parts), 400, code, field);
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('error: 400 for a form that breaks off or is none', async () => {
    const { ada } = await pair();
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const head = '--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n';
    const post = (raw: string, type = headers['content-type']) =>
      call('POST', '/api/upload', { token: ada.token, raw, headers: { 'content-type': type } });
    expectError(await post(`${head}hello`), 400, 'invalid_input');
    expectError(await post('hello', 'multipart/form-data'), 400, 'invalid_input');
    expectError(await post('{}', 'application/json'), 415, 'unsupported_media_type');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('error: 404 for a channel that the caller may not know, 403 for one they have not joined', async () => {
    const { channel } = await pair();
    const eve = await signUp('Eve');
    const { data: open } = await eve.supabase
      .rpc('create_channel', { slug: `c-${randomUUID()}`, kind: 'public' })
      .single()
      .throwOnError();
    const mary = await signUp('Mary');
    for (const [id, status, code] of [
      [channel, 404, 'channel_not_found'],
      [randomUUID(), 404, 'channel_not_found'],
      [open.id, 403, 'not_a_member'],
    ] as const) {
      expectError(
        await upload(mary, [
          ['files', text()],
          ['channelId', id],
        ]),
        status,
        code,
      );
      expectError(
        await upload(mary, [
          ['channelId', id],
          ['files', text()],
        ]),
        status,
        code,
      );
    }
    expect(await leftOf(mary)).toEqual(NOTHING);
  });

  it.each(badTokens)('permission: 401 with %s', async (_, token) => {
    const { ada } = await pair();
    const answer = await call('POST', '/api/upload', {
      token: token(ada.token),
      raw: form([['files', text()]]),
    });
    expect(answer.status).toBe(401);
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('permission: an API key uploads as its maker, and the addresses open what it uploaded', async () => {
    const { ada, channel } = await pair();
    await database`update chat.accounts set role = 'admin' where user_id = ${ada.id}`;
    const { data } = await ada.supabase.rpc('create_api_key', { name: 'robot' }).single().throwOnError();
    const answer = await call<{ attachments: Attachment[] }>('POST', '/api/upload', {
      raw: form([['files', text(), 'a.txt']]),
      headers: { 'x-api-key': data.secret },
    });
    expect(answer.status).toBe(200);
    const [file] = answer.body.attachments;
    expect(await (await fetch(file?.url ?? '')).text()).toBe('hello');
    if (file) await send(ada, channel, file);
  });

  it('limit: 429 after twenty uploads in an hour, pictures among them', async () => {
    const { ada } = await pair();
    for (let n = 0; n < 10; n += 1) {
      expect((await upload(ada, [['files', text()]])).status).toBe(200);
      const picture: Part = ['file', new Blob([GIF]), 'a.gif'];
      expect((await upload(ada, [picture], '/api/users/avatar')).status).toBe(200);
    }
    const refused = await upload(ada, [['files', text()]]);
    expectError(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expectError(await upload(ada, [], '/api/users/avatar'), 429, 'rate_limited');
  });

  it('limit: ten files at once, and 50 MB each, to the byte', async () => {
    const { ada } = await pair();
    const nine = Array.from({ length: 9 }, (): Part => ['files', text()]);
    const largest = new Blob([new Uint8Array(50 * MB)]);
    const answer = await upload(ada, [...nine, ['files', largest, 'large.bin']]);
    expect(answer.status).toBe(200);
    expect(answer.body.attachments.map(({ size }) => size)).toEqual([...Array(9).fill(5), 50 * MB]);
  });

  it('error: 413 for a byte more, and nothing of the form is stored', async () => {
    const { ada } = await pair();
    const large = new Blob([new Uint8Array(50 * MB + 1)]);
    expectError(
      await upload(ada, [
        ['files', text()],
        ['files', large],
      ]),
      413,
      'file_too_large',
      'files',
    );
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('effect: a file that has come to wait for the scanner meanwhile is answered without an address', async () => {
    const { ada } = await pair();
    const part = (text: string) => new TextEncoder().encode(text);
    let isHeld = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(
          part('--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'),
        ),
      async pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024));
        isHeld =
          (await database`update chat.files set is_held = true where uploader_id = ${ada.id}`).count > 0;
        if (!isHeld) return;
        controller.enqueue(part('\r\n--x--\r\n'));
        controller.close();
      },
    });
    const answer = await fetch(`${stack.apiUrl}/functions/v1/api/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'multipart/form-data; boundary=x' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(isHeld).toBe(true);
    expect(await answer.json()).toMatchObject({ attachments: [{ name: 'a.bin', url: '' }] });
  });

  it('effect: whoever goes away in the middle leaves nothing', async () => {
    const { ada } = await pair();
    const ending = new AbortController();
    const head = '--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n';
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
      async pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024));
        const [row] = await database`select from chat.files where uploader_id = ${ada.id}`;
        if (row) ending.abort();
      },
    });
    const upload = fetch(`${stack.apiUrl}/functions/v1/api/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'multipart/form-data; boundary=x' },
      body,
      signal: ending.signal,
      duplex: 'half',
    } as RequestInit);
    await expect(upload).rejects.toThrow();
    await expect.poll(() => leftOf(ada), { timeout: 20_000 }).toEqual(NOTHING);
  });
});

describe('DELETE /api/upload/:attachmentId', () => {
  const remove = (person: Person, id: string) => call('DELETE', `/api/upload/${id}`, { token: person.token });

  it('success: the row, the bytes and every address of the file are gone', async () => {
    const { ada } = await pair();
    const file = await uploadOne(ada);
    expect(await remove(ada, file.id)).toMatchObject({ status: 200, body: { success: true } });
    expect(await leftOf(ada)).toEqual(NOTHING);
    expect((await fetch(file.url)).ok).toBe(false);
  });

  it('effect: its message loses it and says so to the channel', async () => {
    const { ada, channel } = await pair();
    const file = await uploadOne(ada);
    const { seq } = await send(ada, channel, file);
    await remove(ada, file.id);
    const [message] =
      await database`select files, deleted_at from chat.messages where channel_id = ${channel} and seq = ${seq}`;
    expect(message).toMatchObject({ files: [], deleted_at: null });
    const told = await database`
      select payload from realtime.messages
       where topic like ${`channel:${channel}:%`} and event = 'message:updated'`;
    expect(told).toMatchObject([{ payload: { seq, files: [] } }]);
  });

  it('error: 404 for a file that is not there any more, 400 for what is no id', async () => {
    const { ada } = await pair();
    const file = await uploadOne(ada);
    await remove(ada, file.id);
    expectError(await remove(ada, file.id), 404, 'file_not_found');
    expectError(await remove(ada, randomUUID()), 404, 'file_not_found');
    expectError(await remove(ada, 'a'), 400, 'invalid_input', 'attachmentId');
  });

  it.each([
    ['a message', async (person: Person, channel: string, file: Attachment) => send(person, channel, file)],
    ['no message', async () => {}],
  ])('limit: of two at once one deletes a file of %s, 404 for the other', async (_, place) => {
    const { ada, channel } = await pair();
    const file = await uploadOne(ada);
    await place(ada, channel, file);
    const answers = await Promise.all([remove(ada, file.id), remove(ada, file.id)]);
    const [done, refused] = answers.sort((one, other) => one.status - other.status);
    expect(done?.status).toBe(200);
    expectError(refused as Answer<unknown>, 404, 'file_not_found');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('permission: 403 for a member who did not upload it, 404 for who may not know of it', async () => {
    const { ada, bob, channel } = await pair();
    const file = await uploadOne(bob);
    expectError(await remove(ada, file.id), 404, 'file_not_found');
    await send(bob, channel, file);
    expectError(await remove(ada, file.id), 403, 'not_the_uploader');
    expectError(await remove(await signUp('Eve'), file.id), 404, 'file_not_found');
    expect(await leftOf(bob)).toEqual({ rows: 1, objects: 1 });
  });

  it.each(badTokens)('permission: 401 with %s', async (_, token) => {
    const { ada } = await pair();
    const file = await uploadOne(ada);
    const answer = await call('DELETE', `/api/upload/${file.id}`, { token: token(ada.token) });
    expect(answer.status).toBe(401);
    expect(await leftOf(ada)).toEqual({ rows: 1, objects: 1 });
  });
});
