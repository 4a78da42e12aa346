/** Notifications of document S1: S1-5.1 and 5.2. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { call, expectError, TIME, UUID } from '../api.ts';
import { ruleOf, useUp } from '../buckets.ts';
import { ask, join, type Member, say } from './people.ts';

afterAll(() => database.end());

const notify = (person: Member | undefined, userId: unknown, message: unknown) =>
  ask<{ id: string }>('POST', '/notifications', person, { userId, message });
const list = (person: Member | undefined, query = '') =>
  ask<{ id: string; message: string }[]>('GET', `/notifications${query}`, person);
const pair = () => Promise.all([join('ada'), join('bob')]);

describe('POST /api/notifications', () => {
  it('success: 201 with the id that the person finds it by', async () => {
    const [ada, bob] = await pair();
    const { status, body } = await notify(ada, bob.id, 'Lunch is ready');
    expect({ status, body }).toEqual({
      status: 201,
      body: { id: UUID, message: 'Notification sent successfully' },
    });
    expect((await list(bob)).body).toMatchObject([{ id: body.id, message: 'Lunch is ready' }]);
  });

  it.each([
    ['no userId', undefined, 'Lunch', 'userId'],
    ['no message', randomUUID(), undefined, 'message'],
    ['an empty message', randomUUID(), '', 'message'],
    ['a userId that is none', 'bob', 'Lunch', 'userId'],
  ])('error: 400 for %s', async (_name, userId, message, field) => {
    expectError(await notify(await join(), userId, message), 400, 'invalid_input', field);
  });

  it('error: 400 for a person that is not there', async () => {
    expectError(await notify(await join(), randomUUID(), 'Lunch'), 400, 'user_not_found', 'userId');
  });

  it('permission: 401 without a token, 403 across a block', async () => {
    const [ada, bob] = await pair();
    expectError(await notify(undefined, bob.id, 'Lunch'), 401, 'not_signed_in');
    await database`insert into chat.blocks (blocker_id, blocked_id) values (${bob.id}, ${ada.id})`;
    expectError(await notify(ada, bob.id, 'Lunch'), 403, 'user_blocked');
  });

  it('limit: 400 for 1,001 characters, 429 for the thirty-first in a minute', async () => {
    const [ada, bob] = await pair();
    expectError(await notify(ada, bob.id, 'x'.repeat(1001)), 400, 'invalid_input', 'message');
    expect((await notify(ada, bob.id, 'Lunch')).status).toBe(201);
    expect(await ruleOf('send_notification')).toEqual([{ burst: 30, period: '00:01:00' }]);
    await useUp('send_notification', ada);
    expectError(await notify(ada, bob.id, 'Lunch'), 429, 'rate_limited');
  });

  it('effect: ConnectBest lists it as unread, by who sent it', async () => {
    const [ada, bob] = await pair();
    const { body } = await notify(ada, bob.id, 'Lunch is ready');
    expect(await call('GET', '/api/notifications', { token: bob.token })).toMatchObject({
      body: {
        notifications: [{ id: body.id, type: 'message', message: `${ada.username}: Lunch is ready` }],
        unreadCount: 1,
      },
    });
  });
});

describe('GET /api/notifications', () => {
  it('success: 200 with all that the caller was told, newest first', async () => {
    const [ada, bob] = await pair();
    const { body: sent } = await notify(ada, bob.id, 'Lunch is ready');
    await say(ada, bob.id, 'Come!');
    const { status, body } = await list(bob);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { type: 'message', kind: 'dm', content: expect.stringContaining('Come!'), read: false },
      {
        id: sent.id,
        type: 'message',
        content: 'Lunch is ready',
        message: 'Lunch is ready',
        read: false,
        createdAt: TIME,
      },
    ]);
    expect((await list(ada)).body).toEqual([]);
  });

  it('error: 400 for a cursor that is none', async () => {
    expectError(await list(await join(), '?before=1'), 400, 'invalid_input', 'before');
  });

  it('permission: 401 without a token', async () => {
    expectError(await list(undefined), 401, 'not_signed_in');
  });

  it('limit: turns pages of at most 100', async () => {
    const [ada, bob] = await pair();
    for (const word of ['1', '2', '3']) await notify(ada, bob.id, word);
    const page = (await list(bob, '?limit=2')).body;
    expect(page.map(({ message }) => message)).toEqual(['3', '2']);
    const next = (await list(bob, `?limit=500&before=${page[1]?.id}`)).body;
    expect(next.map(({ message }) => message)).toEqual(['1']);
    expectError(await list(bob, '?limit=0'), 400, 'invalid_input', 'limit');
  });
});
