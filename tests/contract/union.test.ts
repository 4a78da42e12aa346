/** Which document answers below /api where several of them have the same method and path. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, type Person, signUp, uniqueEmail } from '../helpers/people.ts';
import { call, expectError, JWT, TIME, UUID } from './api.ts';

let ada: Person;
let bob: Person;
let group: string;

beforeAll(async () => {
  [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  const json = { name: 'Lunch', members: [bob.id] };
  group = (await call<{ id: string }>('POST', '/api/groups', { token: ada.token, json })).body.id;
});

const send = (json: unknown) => call('POST', '/api/messages', { token: ada.token, json });

describe('a message that is sent below /api', () => {
  it.each([
    ['Chatrooms', () => ({ chatroomId: group, message: 'Soup' })],
    ['Groups', () => ({ senderId: ada.id, receiverId: group, content: 'Soup' })],
    ['Groups', () => ({ receiverId: group, content: 'Soup' })],
    ['Rooms', () => ({ roomId: group, message: 'Soup' })],
    ['Rooms', () => ({ roomId: group, text: 'Soup' })],
  ])('is read as %s write it, and answered alike', async (_, body) => {
    const answer = {
      id: UUID,
      timestamp: TIME,
      message: 'Message sent',
      conversationId: group,
      content: 'Soup',
    };
    expect(await send(body())).toMatchObject({ status: 201, body: answer });
  });

  it.each([
    [
      'chatroomId',
      'receiverId',
      () => ({ chatroomId: group, message: 'a', senderId: ada.id, receiverId: group, content: 'a' }),
    ],
    ['chatroomId', 'roomId', () => ({ chatroomId: group, message: 'a', roomId: group })],
    ['receiverId', 'roomId', () => ({ senderId: ada.id, receiverId: group, content: 'a', roomId: group })],
  ])('with both %s and %s is refused, and nothing is sent', async (one, other, body) => {
    const before = await call<unknown[]>('GET', `/api/messages/${group}`, { token: ada.token });
    const answer = await send(body());
    expectError(answer, 400, 'invalid_input');
    expect(answer.headers.get('ratelimit-remaining')).toMatch(/^9\d\d$/);
    expect(JSON.stringify(answer.body)).toMatch(new RegExp(`${one}.*${other}|${other}.*${one}`));
    const after = await call<unknown[]>('GET', `/api/messages/${group}`, { token: ada.token });
    expect(after.body.length).toBe(before.body.length);
  });

  it.each(['chatroomId', 'roomId', 'receiverId'])(
    'with %s is of whom the token is, however else it is named',
    async (place) => {
      const words = {
        [place]: group,
        message: 'Soup',
        ...(place === 'receiverId' && { content: 'Soup', message: undefined }),
      };
      for (const name of ['sender', 'senderId']) {
        expect(await send({ ...words, [name]: ada.id })).toMatchObject({ status: 201 });
        expectError(await send({ ...words, [name]: bob.id }), 403, 'not_yourself');
      }
      expect(await send({ ...words, sender: ada.id, senderId: ada.id })).toMatchObject({ status: 201 });
      expectError(await send({ ...words, sender: bob.id, senderId: ada.id }), 403, 'not_yourself');
      expectError(await send({ ...words, sender: ada.id, senderId: bob.id }), 403, 'not_yourself');
    },
  );

  it('is read by the names that say something', async () => {
    const json = { chatroomId: null, receiverId: '', roomId: group, message: 'Soup', content: '' };
    expect(await send(json)).toMatchObject({ status: 201, body: { conversationId: group, content: 'Soup' } });
  });

  it('without a body is told of every name that would do', async () => {
    const answer = await call<{ error: { details: { field: string }[] } }>('POST', '/api/messages', {
      token: ada.token,
    });
    expectError(answer, 400, 'invalid_input');
    const fields = answer.body.error.details.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['chatroomId', 'roomId', 'receiverId']));
  });

  it.each([[[]], [null], ['text']])('of the body %j is told to be an object', async (json) => {
    const answer = await send(json);
    expectError(answer, 400, 'invalid_input', 'body');
    expect(answer.body).toMatchObject({ message: expect.stringContaining('must be an object') });
  });

  it.each([{}, { unknown: 1 }])('of the body %j is refused', async (json) => {
    expectError(await send(json), 400, 'invalid_input');
  });
});

describe('a path below /api with a word where others have ids', () => {
  it("is ConnectBest's where that has this word, and otherwise wrong input", async () => {
    const json = { name: 'Ada King' };
    expect(await call('PUT', '/api/users/profile', { token: ada.token, json })).toMatchObject({
      status: 200,
    });
    const answer = await call('PUT', '/api/users/nobody', {
      token: ada.token,
      json: { username: 'ada-king' },
    });
    expectError(answer, 400, 'invalid_input', 'id');
  });
});

describe('a login below /api', () => {
  it('fails with 400 by address and with 401 by username, as their documents have it', async () => {
    const password = 'Wrong1horse';
    const login = (json: unknown) => call('POST', '/api/auth/login', { json });
    expectError(await login({ email: ada.email, password }), 400, 'invalid_credentials');
    expectError(
      await login({ username: `u${randomUUID().slice(0, 8)}`, password }),
      401,
      'invalid_credentials',
    );
  });

  it('tells the username whichever of the two is sent', async () => {
    const account = { username: `u${randomUUID().slice(0, 8)}`, password: PASSWORD, email: uniqueEmail() };
    const { username, password, email } = account;
    await call('POST', '/api/users/register', { json: account });
    for (const json of [
      { email, password },
      { username, password },
    ]) {
      const { status, body } = await call('POST', '/api/auth/login', { json });
      expect({ status, body }).toMatchObject({ status: 200, body: { token: JWT, user: { username } } });
    }
  });
});

describe('a change of an account below /api', () => {
  it('is of the document whose words its body has', async () => {
    const { id, token } = await signUp('Ada');
    const change = (json: unknown) => call<object>('PUT', `/api/users/${id}`, { token, json });
    const profilePicture = 'https://example.com/ada.png';
    const picture = await change({ profilePicture });
    expect(picture).toMatchObject({ status: 200, body: { id, profilePicture } });
    const username = `u${randomUUID().slice(0, 8)}`;
    expect((await change({ username })).body).toMatchObject({ user: { id, username } });
    expect((await change({ username, profilePicture })).body).toMatchObject({ username, profilePicture });
    // What is null says nothing, but only one of them has a word for it.
    expect((await change({ username, profilePicture: null })).body).toMatchObject({ profilePicture: null });
    await change({ profilePicture });
    expect((await change({ profilePicture: null })).body).toMatchObject({ username, profilePicture: null });
  });
});

describe('reading below /api, where no body says whose language is spoken', () => {
  it('asks the next document when one knows nothing of an id', async () => {
    const read = (id: string, token?: string) => call('GET', `/api/messages/${id}`, { token });
    const json = { senderId: ada.id, receiverId: bob.id, content: 'Only for Bob' };
    await send(json);
    expect(await read(bob.id, ada.token)).toMatchObject({
      status: 200,
      body: [{ content: 'Only for Bob' }],
    });
    const room = await call<{ id: string }>('POST', '/api/rooms', {
      token: ada.token,
      json: { name: 'Open' },
    });
    expect(await read(room.body.id)).toMatchObject({ status: 200, body: [] });
    expectError(await read(randomUUID(), ada.token), 404, 'channel_not_found');
  });

  it('leaves ConnectBest what is its own', async () => {
    const { token } = bob;
    expect(await call('GET', '/api/notifications', { token })).toMatchObject({
      status: 200,
      body: { notifications: expect.any(Array), unreadCount: expect.any(Number) },
    });
    expect(await call('GET', '/api/users/search?query=ada', { token })).toMatchObject({
      status: 200,
      body: { users: expect.any(Array) },
    });
    expect(await call('GET', `/api/users/${ada.id}`, { token })).toMatchObject({
      status: 200,
      body: { user: { id: ada.id } },
    });
  });

  it('shows a person in the words of all', async () => {
    const { token } = bob;
    const json = { profilePicture: 'https://example.com/ada.png' };
    await call('PUT', `/api/users/${ada.id}`, { token: ada.token, json });
    expect(await call('GET', `/api/users/${ada.id}`, { token })).toMatchObject({
      status: 200,
      body: {
        id: ada.id,
        status: 'online',
        ...json,
        createdAt: TIME,
        user: { id: ada.id, avatar: json.profilePicture },
      },
    });
  });
});
