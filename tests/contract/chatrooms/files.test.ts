/** Files of chatrooms: S0-5. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { call, expectError, NOT_SIGNED_IN, UUID } from '../api.ts';
import { PROGRAMS } from '../pictures.ts';
import { contentOf, form, leftOf, MB, NOTHING, type Part, text } from '../uploads.ts';
import {
  ask,
  type Chatter,
  chatroom,
  chatter,
  expectSignedInOnly,
  MOUNT,
  publicRoom,
  read,
} from './chatroom.ts';

afterAll(() => database.end());

interface Uploaded {
  id: string;
  url: string;
  message: string;
}

const FILE: Part = ['file', text('hello'), 'notes.txt'];

const upload = (person: Pick<Chatter, 'token'> | undefined, parts: Part[] = [FILE]) =>
  call<Uploaded>('POST', `${MOUNT}/files`, { token: person?.token, raw: form(parts) });

const list = (person: Chatter, room: string, query = '') =>
  ask<{ id: string; filename: string; url: string; seq: number }[]>(
    person,
    'GET',
    `/chatrooms/${room}/files${query}`,
  );

describe('POST /api/files', () => {
  it('success: 201 with where it can be read', async () => {
    const { status, body } = await upload(await chatter());
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: UUID,
        url: expect.stringMatching(/^http.*token=/),
        message: 'File uploaded successfully',
      },
    });
    expect(`${await contentOf(body.url)}`).toBe('hello');
  });

  it('error: 400 without a file, with two, with an empty one and with text in its place', async () => {
    const ada = await chatter();
    expectError(await upload(ada, [['chatroomId', '']]), 400, 'invalid_input', 'file');
    const two = await upload(ada, [FILE, FILE]);
    expectError(two, 400, 'too_many_files', 'file');
    expect(two.body).toMatchObject({ message: 'unable to answer; it takes at most 1 file' });
    expectError(await upload(ada, [['file', text(''), 'a.txt']]), 400, 'file_empty', 'file');
    expectError(await upload(ada, [['file', 'hello']]), 400, 'invalid_input', 'file');
    expectError(await upload(ada, [['chatroomId', 'lunch'], FILE]), 400, 'invalid_input', 'chatroomId');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('error: 404 for no such chatroom, and nothing is kept', async () => {
    const ada = await chatter();
    expectError(await upload(ada, [FILE, ['chatroomId', randomUUID()]]), 404, 'channel_not_found');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('error: 415 for a program', async () => {
    const part: Part = ['file', new Blob(PROGRAMS.slice(0, 1).map(([, bytes]) => bytes)), 'a.png'];
    expectError(await upload(await chatter(), [part]), 415, 'file_type_not_allowed', 'file');
  });

  it('permission: 401 without a token, 403 for a public chatroom that one is not in', async () => {
    const [ada, eve] = await Promise.all([chatter('Ada'), chatter('Eve')]);
    expect(await upload(undefined)).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
    const parts: Part[] = [FILE, ['chatroomId', await publicRoom(ada)]];
    expectError(await upload(eve, parts), 403, 'not_a_member');
    expect(await leftOf(eve)).toEqual(NOTHING);
  });

  it('limit: 413 for more than 50 MB', async () => {
    const ada = await chatter();
    const part: Part = ['file', new Blob([new Uint8Array(50 * MB + 1)]), 'a.bin'];
    expectError(await upload(ada, [part]), 413, 'file_too_large');
    expect(await leftOf(ada)).toEqual(NOTHING);
  });

  it('effect: with a chatroom it is sent there', async () => {
    const { ada, bob, room } = await chatroom();
    const { body } = await upload(ada, [FILE, ['chatroomId', room]]);
    expect((await read(bob, room)).body).toMatchObject([
      {
        sender: ada.id,
        message: '',
        files: [{ id: body.id, name: 'notes.txt', size: 5, type: 'text/plain' }],
      },
    ]);
    expect((await list(bob, room)).body).toMatchObject([{ filename: 'notes.txt' }]);
  });
});

describe('GET /api/chatrooms/:id/files', () => {
  const share = (person: Chatter, room: string, name: string) =>
    upload(person, [
      ['file', text(name), name],
      ['chatroomId', room],
    ]);

  it('success: a bare list of what was sent there, newest first', async () => {
    const { ada, bob, room } = await chatroom();
    const { body } = await share(ada, room, 'one.txt');
    await share(bob, room, 'two.txt');
    const answer = await list(bob, room);
    expect(answer).toMatchObject({ status: 200, body: [{ filename: 'two.txt' }, { filename: 'one.txt' }] });
    expect(answer.body[1]).toEqual({
      id: body.id,
      filename: 'one.txt',
      url: expect.stringMatching(/^http.*token=/),
      seq: 1,
    });
    expect(`${await contentOf(answer.body[1]?.url ?? '')}`).toBe('one.txt');
  });

  it('error: 404 for no such chatroom, 400 for what is no id', async () => {
    const ada = await chatter();
    expectError(await list(ada, randomUUID()), 404, 'channel_not_found');
    expectError(await list(ada, 'lunch'), 400, 'invalid_input', 'id');
  });

  it('permission: who is not in it gets 404, of a public one 403; 401 without a token that counts', async () => {
    const { ada, eve, room } = await chatroom();
    expectError(await list(eve, room), 404, 'channel_not_found');
    expectError(await list(eve, await publicRoom(ada)), 403, 'not_a_member');
    await expectSignedInOnly('GET', `/chatrooms/${room}/files`);
  });

  it('limit: pages of at most 100, each from where the last ended, and 400 for none', async () => {
    const { ada, room } = await chatroom();
    for (const name of ['1.txt', '2.txt', '3.txt']) await share(ada, room, name);
    const page = (await list(ada, room, '?limit=2')).body;
    expect(page.map(({ filename }) => filename)).toEqual(['3.txt', '2.txt']);
    const rest = (await list(ada, room, `?limit=1000&before=${page[1]?.seq}`)).body;
    expect(rest.map(({ filename }) => filename)).toEqual(['1.txt']);
    expectError(await list(ada, room, '?limit=0'), 400, 'invalid_input', 'limit');
  });
});
