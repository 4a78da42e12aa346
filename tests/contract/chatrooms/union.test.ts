/** What the document with the chatrooms says is answered below /api as well, where it meets the others. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { PASSWORD } from '../../helpers/people.ts';
import { call, expectError, JWT, TIME, UUID } from '../api.ts';
import { type Chatter, chatroom, chatter, textsOf } from './chatroom.ts';

afterAll(() => database.end());

const ask = <Body>(
  person: Pick<Chatter, 'token'> | undefined,
  method: string,
  path: string,
  json?: unknown,
) => call<Body>(method, `/api${path}`, { token: person?.token, ...(json !== undefined && { json }) });

describe('below /api', () => {
  it('people register and sign in with a username', async () => {
    const json = { username: `ada-${randomUUID().slice(0, 18)}`, password: PASSWORD };
    const { body } = await ask<{ id: string }>(undefined, 'POST', '/users/register', json);
    expect(body).toMatchObject({ id: UUID, message: 'User registered successfully' });
    const { username } = json;
    expect(await ask(undefined, 'POST', '/users/login', json)).toMatchObject({
      status: 200,
      body: { token: JWT, user: { id: body.id, username } },
    });
  });

  it('a person is described in the words of both documents', async () => {
    const [ada, bob] = await Promise.all([chatter('Ada'), chatter('Bob')]);
    await bob.supabase.rpc('set_presence', { status: 'busy' }).throwOnError();
    const { id, username, email, name } = bob;
    expect(await ask(ada, 'GET', `/users/${id}`)).toMatchObject({
      status: 200,
      body: { id, username, email, status: 'online', user: { id, name, status: 'busy' } },
    });
  });

  it('a message with the names of this document goes to its chatroom, and is edited and deleted by its id', async () => {
    const { ada, room } = await chatroom();
    const json = { chatroomId: room, sender: ada.username, message: 'hello' };
    const { status, body } = await ask<{ id: string }>(ada, 'POST', '/messages', json);
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { id: UUID, timestamp: TIME, message: 'Message sent' },
    });
    expect((await ask(ada, 'PUT', `/messages/${body.id}`, { message: 'bye' })).status).toBe(200);
    expect(await textsOf(ada, room)).toEqual(['bye']);
    const deleted = await ask(ada, 'DELETE', `/messages/${body.id}`);
    expect(deleted).toMatchObject({ status: 200, body: { message: 'Message deleted' } });
    expectError(await ask(ada, 'DELETE', `/messages/${body.id}`), 404, 'message_not_found');
  });

  it('chatrooms and what is in them are found at their paths', async () => {
    const { ada, room } = await chatroom();
    for (const path of ['/chatrooms', `/chatrooms/${room}/messages`, `/chatrooms/${room}/files`]) {
      expect(await ask(ada, 'GET', path)).toMatchObject({ status: 200, body: expect.any(Array) });
    }
  });

  it('paths that name a thing are no ids', async () => {
    const ada = await chatter();
    expect((await ask(ada, 'PUT', '/users/status', { status: 'away' })).status).toBe(200);
    expect((await ask(ada, 'PUT', '/notifications/read', { notificationIds: [] })).status).toBe(200);
    expect((await ask(ada, 'GET', '/users/search?query=ada')).status).toBe(200);
    const none = await ask(ada, 'PUT', `/notifications/${randomUUID()}`);
    expectError(none, 404, 'notification_not_found');
  });

  it('figures of the platform have the names of both documents', async () => {
    const { body } = await ask<{ users: { active: number }; messages: { total: number } }>(
      await signUpAdmin(),
      'GET',
      '/admin/stats',
    );
    expect(body).toMatchObject({ activeUsers: body.users.active, messagesSent: body.messages.total });
  });
});
