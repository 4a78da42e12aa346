/** Editing and deleting messages, and their threads (ConnectBest 4.3, 4.4, 4.9). */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, TIME } from '../api.ts';
import { channelOf, list, type Message, pathOf, privateRoom, room, send, told } from '../room.ts';

afterAll(() => database.end());

const at = (channel: string, id = '') => `${pathOf(channel)}/${id}`;

const edit = (person: Person, channel: string, id: string | undefined, json: unknown) =>
  call<{ message: Message }>('PUT', at(channel, id), { token: person.token, json });

const remove = (person: Person, channel: string, id?: string) =>
  call('DELETE', at(channel, id), { token: person.token });

const thread = (person: Person, channel: string, id?: string, query = '') =>
  call<{ parentMessage: Message; replies: Message[]; total: number; hasMore: boolean }>(
    'GET',
    `${at(channel, id)}/thread${query}`,
    { token: person.token },
  );

const REFUSED = {
  status: 401,
  body: { error: { code: expect.stringMatching(/^(not_signed_in|session_expired)$/) } },
};

describe('PUT /api/chat/channels/:channelId/messages/:messageId', () => {
  it('success: 200 with the message, its new text and when it was edited', async () => {
    const { ada, bob, channel, ids } = await room(1);
    const { status, body } = await edit(ada, channel, ids[0], { content: 'new <i>' });
    expect(status).toBe(200);
    expect(body.message).toMatchObject({ id: ids[0], content: 'new <i>', isEdited: true, editedAt: TIME });
    expect((await list(bob, channel)).body.messages).toEqual([body.message]);
  });

  it('success: 200 for an own message that waits to be sent, which has the new text when it is', async () => {
    const { ada, bob, channel } = await room();
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = (await send(ada, channel, { content: 'later', scheduledFor })).body.message;
    expect(await edit(ada, channel, id, { content: 'much later' })).toMatchObject({
      status: 200,
      body: { message: { id, content: 'much later', scheduledFor, isEdited: false } },
    });
    expectError(await edit(ada, channel, id, { content: ' ' }), 400, 'message_empty', 'content');
    expectError(
      await edit(ada, channel, id, { content: 'x'.repeat(40_001) }),
      400,
      'message_too_long',
      'content',
    );
    expectError(await edit(bob, channel, id, { content: 'never' }), 404, 'message_not_found');
    await database`update chat.scheduled_messages set scheduled_for = now() where id = ${id}`;
    await database`select chat_private.wake_worker('scheduled_messages')`;
    await expect
      .poll(async () => (await list(bob, channel)).body.messages, { timeout: 15_000, interval: 300 })
      .toMatchObject([{ id, content: 'much later' }]);
  });

  it.each([
    ['invalid_input', {}],
    ['invalid_input', { content: null }],
    ['invalid_input', { content: 7 }],
    ['message_empty', { content: ' \n' }],
    ['message_too_long', { content: 'x'.repeat(40_001) }],
  ])('error: 400 for text that is none: %s', async (code, body) => {
    const { ada, channel, ids } = await room(1);
    expectError(await edit(ada, channel, ids[0], body), 400, code, 'content');
    expect((await list(ada, channel)).body.messages).toMatchObject([{ content: '1', isEdited: false }]);
  });

  it('error: 404 for a message that is not there, deleted, or of another channel', async () => {
    const { ada, channel, ids } = await room(2);
    const other = await room(1);
    await remove(ada, channel, ids[1]);
    for (const id of [randomUUID(), ids[1], other.ids[0]]) {
      expectError(await edit(ada, channel, id, { content: 'x' }), 404, 'message_not_found');
    }
    expectError(await edit(ada, channel, 'x', { content: 'x' }), 400, 'invalid_input', 'messageId');
  });

  it('permission: 403 for everybody but its author, admins of the channel included', async () => {
    const { ada, bob, channel } = await privateRoom();
    const { body } = await send(bob, channel, { content: 'mine' });
    expectError(await edit(ada, channel, body.message.id, { content: 'x' }), 403, 'not_the_author');
  });

  it('permission: 404 for a stranger to a private channel, 403 where the channel is public', async () => {
    const [{ channel, ids }, eve, ada] = await Promise.all([room(1), signUp('Eve'), signUp('Ada')]);
    expectError(await edit(eve, channel, ids[0], { content: 'x' }), 404, 'channel_not_found');
    const open = await channelOf(ada, 'public');
    const { body } = await send(ada, open, { content: 'hi' });
    expectError(await edit(eve, open, body.message.id, { content: 'x' }), 403, 'not_a_member');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const ada = await signUp();
    const token = make(ada.token);
    expect(
      await call('PUT', at(randomUUID(), randomUUID()), { token, json: { content: 'x' } }),
    ).toMatchObject(REFUSED);
  });

  it('limit: 403 once 24 hours have passed since it was sent', async () => {
    const { ada, channel, ids } = await room(1);
    await database.begin(async (db) => {
      // What was said when is not to be changed otherwise.
      await db`set local session_replication_role = replica`;
      await db`update chat.messages set created_at = now() - interval '24 hours 1 second' where id = ${ids[0] ?? ''}`;
    });
    expectError(await edit(ada, channel, ids[0], { content: 'x' }), 403, 'edit_window_closed');
  });

  it('effect: everybody in the channel hears of it, and the old text is kept', async () => {
    const { ada, channel, ids } = await room(1);
    await edit(ada, channel, ids[0], { content: 'new' });
    expect(await told(channel, 'message:updated')).toMatchObject([{ id: ids[0], body: 'new' }]);
    expect(await database`select body from chat.message_edits where channel_id = ${channel}`).toMatchObject([
      { body: '1' },
    ]);
  });
});

describe('DELETE /api/chat/channels/:channelId/messages/:messageId', () => {
  it('success: 200, and the message is gone from the list', async () => {
    const { ada, channel, ids } = await room(2);
    expect(await remove(ada, channel, ids[0])).toMatchObject({ status: 200, body: { success: true } });
    expect((await list(ada, channel)).body.messages).toMatchObject([{ content: '2' }]);
  });

  it('error: 404 for a message that is not there or deleted already', async () => {
    const { ada, channel, ids } = await room(1);
    await remove(ada, channel, ids[0]);
    expectError(await remove(ada, channel, ids[0]), 404, 'message_not_found');
    expectError(await remove(ada, channel, randomUUID()), 404, 'message_not_found');
  });

  it('permission: an admin of the channel deletes what others wrote, 403 for everybody else', async () => {
    const { ada, bob, channel, ids } = await privateRoom(1);
    expectError(await remove(bob, channel, ids[0]), 403, 'not_a_channel_admin');
    const { body } = await send(bob, channel, { content: 'mine' });
    expect((await remove(ada, channel, body.message.id)).status).toBe(200);
  });

  it('permission: 404 for a stranger to a private channel', async () => {
    const [{ channel, ids }, eve] = await Promise.all([room(1), signUp('Eve')]);
    expectError(await remove(eve, channel, ids[0]), 404, 'channel_not_found');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { token } = await signUp();
    expect(await call('DELETE', at(randomUUID(), randomUUID()), { token: make(token) })).toMatchObject(
      REFUSED,
    );
  });

  it('limit: what happened in the channel stays told, 403 also for its admin', async () => {
    const { ada, channel } = await privateRoom();
    const [system] = (await list(ada, channel)).body.messages;
    expectError(await remove(ada, channel, system?.id), 403, 'not_the_author');
  });

  it('effect: everybody hears of it; the text stays for admins of the platform, the files do not', async () => {
    const { ada, channel, ids } = await room(1);
    await remove(ada, channel, ids[0]);
    expect(await told(channel, 'message:deleted')).toMatchObject([{ id: ids[0], body: '' }]);
    expect(await database`select body from chat.message_edits where channel_id = ${channel}`).toMatchObject([
      { body: '1' },
    ]);
  });

  it('effect: what waits to be sent is cancelled, by its author alone', async () => {
    const { ada, bob, channel } = await room();
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = (await send(ada, channel, { content: 'later', scheduledFor })).body.message;
    expectError(await remove(bob, channel, id), 404, 'message_not_found');
    expect(await remove(ada, channel, id)).toMatchObject({ status: 200, body: { success: true } });
    const [row] = await database`select status from chat.scheduled_messages where id = ${id}`;
    expect(row?.status).toBe('cancelled');
    expectError(await remove(ada, channel, id), 404, 'message_not_found');
    expectError(await edit(ada, channel, id, { content: 'x' }), 404, 'message_not_found');
  });
});

describe('GET /api/chat/channels/:channelId/messages/:messageId/thread', () => {
  async function talk(replies: number) {
    const { ada, bob, channel, ids } = await room(1);
    for (let n = 1; n <= replies; n += 1) {
      await send(ada, channel, { content: `reply ${n}`, parentMessageId: ids[0] });
    }
    return { ada, bob, channel, root: ids[0] };
  }

  it('success: 200 with the message and all replies, oldest first', async () => {
    const { bob, channel, root } = await talk(3);
    const { status, body } = await thread(bob, channel, root);
    expect(status).toBe(200);
    expect(body).toMatchObject({ parentMessage: { id: root, threadCount: 3 }, total: 3, hasMore: false });
    expect(body.replies.map(({ content }) => content)).toEqual(['reply 1', 'reply 2', 'reply 3']);
    expect(body.replies[0]).toMatchObject({ parentMessageId: root, user: { name: 'Ada' } });
  });

  it('effect: HEAD leaves what it did not show unread', async () => {
    const { ada, bob, channel, ids } = await room(1);
    const { body } = await send(ada, channel, { content: 'reply', parentMessageId: ids[0] });
    await database`insert into chat.thread_members (channel_id, root_seq, user_id) values (${channel}, 1, ${bob.id})`;
    const readUpTo = async () => {
      const [row] =
        await database`select last_read_seq from chat.thread_members where channel_id = ${channel} and user_id = ${bob.id}`;
      return Number(row?.last_read_seq);
    };
    expect(await call('HEAD', `${at(channel, ids[0])}/thread`, { token: bob.token })).toMatchObject({
      status: 200,
      body: null,
    });
    expect(await readUpTo()).toBe(0);
    expect((await thread(bob, channel, ids[0])).body.replies).toMatchObject([{ id: body.message.id }]);
    expect(await readUpTo()).toBe(2);
  });

  it('success: the thread of a reply is the thread it is in; deleted replies are left out', async () => {
    const { ada, channel, root } = await talk(2);
    const [first, second] = (await thread(ada, channel, root)).body.replies;
    await remove(ada, channel, first?.id);
    expect((await thread(ada, channel, second?.id)).body).toMatchObject({
      parentMessage: { id: root },
      replies: [{ content: 'reply 2' }],
      total: 1,
    });
  });

  it('error: 404 for a message that is not there', async () => {
    const { ada, channel } = await talk(0);
    expectError(await thread(ada, channel, randomUUID()), 404, 'message_not_found');
  });

  it('permission: 404 for a stranger to a private channel, 403 where the channel is public', async () => {
    const [{ channel, root }, eve, ada] = await Promise.all([talk(0), signUp('Eve'), signUp('Ada')]);
    expectError(await thread(eve, channel, root), 404, 'channel_not_found');
    const open = await channelOf(ada, 'public');
    const { body } = await send(ada, open, { content: 'hi' });
    expectError(await thread(eve, open, body.message.id), 403, 'not_a_member');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { token } = await signUp();
    const path = `${at(randomUUID(), randomUUID())}/thread`;
    expect(await call('GET', path, { token: make(token) })).toMatchObject(REFUSED);
  });

  it('limit: a page of a thread goes on after its last reply, 400 for one that is none', async () => {
    const { ada, channel, root } = await talk(3);
    const first = await thread(ada, channel, root, '?limit=2');
    expect(first.body).toMatchObject({ replies: { length: 2 }, total: 3, hasMore: true });
    const next = await thread(ada, channel, root, `?limit=2&after=${first.body.replies[1]?.id}`);
    expect(next.body).toMatchObject({ replies: [{ content: 'reply 3' }], total: 3, hasMore: false });
    expectError(await thread(ada, channel, root, '?limit=0'), 400, 'invalid_input', 'limit');
    expectError(await thread(ada, channel, root, `?after=${randomUUID()}`), 400, 'invalid_cursor', 'after');
  });

  it('effect: marks the thread as read for whoever asked', async () => {
    const { bob, channel, root } = await talk(2);
    await thread(bob, channel, root);
    const rows = await database`select last_read_rank from chat.thread_members
                                where channel_id = ${channel} and user_id = ${bob.id}`;
    expect(rows).toMatchObject([{ last_read_rank: 2 }]);
  });
});
