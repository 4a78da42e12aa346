/** What people were told of: S0-4. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, TIME, UUID } from '../api.ts';
import { ask, type Chatter, chatroom, expectSignedInOnly, say } from './chatroom.ts';

afterAll(() => database.end());

interface Notice {
  id: string;
  type: string;
  kind: string;
  content: string;
  chatroomId: string | null;
  read: boolean;
  timestamp: string;
}

const list = (person: Chatter, query = '') => ask<Notice[]>(person, 'GET', `/notifications${query}`);
const mark = (person: Chatter, id: string) => ask(person, 'PUT', `/notifications/${id}`);

/** Bob, told of so many messages of Ada. */
async function notified(count = 1) {
  const { ada, bob, room } = await chatroom();
  await bob.supabase.from('notifications').delete().eq('user_id', bob.id).throwOnError();
  for (let number = 1; number <= count; number += 1) await say(ada, room, `${number}`);
  return { ada, bob, room, notices: (await list(bob)).body };
}

describe('GET /api/notifications', () => {
  it('success: a bare list, newest first', async () => {
    const { ada, room, notices } = await notified(2);
    const notice = {
      id: UUID,
      type: 'message',
      kind: 'dm',
      content: `New message from ${ada.username}`,
      chatroomId: room,
      read: false,
      timestamp: TIME,
    };
    expect(notices).toEqual([notice, notice]);
    expect((notices[0]?.id ?? '') > (notices[1]?.id ?? '')).toBe(true);
  });

  it('success: read ones as well, and what is about no message', async () => {
    const { ada, bob } = await chatroom();
    const [invitation] = (await list(bob)).body;
    expect(invitation).toMatchObject({
      type: 'message',
      kind: 'channel_invite',
      content: `${ada.name} added you to Lunch`,
    });
    await mark(bob, invitation?.id ?? '');
    expect((await list(bob)).body).toEqual([{ ...invitation, read: true }]);
  });

  it('success: of somebody whose account is gone it names nobody', async () => {
    const { ada, bob } = await notified();
    await ada.supabase.rpc('delete_account', { user_id: ada.id }).throwOnError();
    expect((await list(bob)).body).toMatchObject([{ content: 'New message from deleted-user' }]);
  });

  it('permission: one sees the own ones; 401 without a token that counts', async () => {
    const { ada } = await notified();
    expect((await list(ada)).body).toEqual([]);
    await expectSignedInOnly('GET', '/notifications');
  });

  it('limit: pages of at most 100, and 400 for none', async () => {
    const { bob, notices } = await notified(2);
    expect((await list(bob, '?limit=1')).body).toEqual([notices[0]]);
    expect((await list(bob, `?limit=1000&before=${notices[0]?.id}`)).body).toEqual([notices[1]]);
    expectError(await list(bob, '?limit=0'), 400, 'invalid_input', 'limit');
  });
});

describe('PUT /api/notifications/:id', () => {
  it('success: 200, also for one that is read', async () => {
    const { bob, notices } = await notified();
    for (const _ of [1, 2]) {
      const answer = await mark(bob, notices[0]?.id ?? '');
      expect(answer).toMatchObject({ status: 200, body: { message: 'Notification marked as read' } });
    }
  });

  it('error: 404 for no such notification, 400 for what is no id', async () => {
    const { bob } = await notified();
    expectError(await mark(bob, randomUUID()), 404, 'notification_not_found');
    expectError(await mark(bob, 'all'), 400, 'invalid_input', 'id');
  });

  it("permission: 404 for somebody else's, 401 without a token that counts", async () => {
    const { ada, bob, notices } = await notified();
    expectError(await mark(ada, notices[0]?.id ?? ''), 404, 'notification_not_found');
    await expectSignedInOnly('PUT', `/notifications/${notices[0]?.id}`);
    expect((await list(bob)).body).toEqual(notices);
  });

  it('limit: no other one is marked', async () => {
    const { bob, notices } = await notified(2);
    await mark(bob, notices[1]?.id ?? '');
    expect((await list(bob)).body.map(({ read }) => read)).toEqual([false, true]);
  });

  it('effect: the other devices of this person hear of it', async () => {
    const { bob, notices } = await notified();
    await mark(bob, notices[0]?.id ?? '');
    const rows = await database`
      select payload -> 'ids' as ids from realtime.messages where topic = ${`user:${bob.id}`} and event = 'notification:read'`;
    expect(rows.map(({ ids }) => ids)).toEqual([[notices[0]?.id]]);
  });
});
