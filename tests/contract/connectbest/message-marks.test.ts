/** Reactions and pins (ConnectBest 4.5–4.8, and the additive list of pins). */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, TIME } from '../api.ts';
import { channelOf, list, type Message, pathOf, privateRoom, room, send, told } from '../room.ts';

afterAll(() => database.end());

const reactions = (channel: string, id = '') => `${pathOf(channel)}/${id}/reactions`;
const pinPath = (channel: string, id = '') => `${pathOf(channel)}/${id}/pin`;

const react = (person: Person, channel: string, id: string | undefined, emoji: unknown) =>
  call('POST', reactions(channel, id), { token: person.token, json: { emoji } });

const unreact = (person: Person, channel: string, id?: string) =>
  call('DELETE', reactions(channel, id), { token: person.token });

const pin = (person: Person, channel: string, id?: string) =>
  call('POST', pinPath(channel, id), { token: person.token });

const unpin = (person: Person, channel: string, id?: string) =>
  call('DELETE', pinPath(channel, id), { token: person.token });

const REFUSED = {
  status: 401,
  body: { error: { code: expect.stringMatching(/^(not_signed_in|session_expired)$/) } },
};
const DONE = { status: 200, body: { success: true } };

/** Eve's message in a public channel that Ada has not joined. */
async function abroad() {
  const eve = await signUp('Eve');
  const channel = await channelOf(eve, 'public');
  return { channel, id: (await send(eve, channel, { content: 'hi' })).body.message.id };
}

const contents = async (person: Person, channel: string) =>
  (await list(person, channel)).body.messages.map(({ content }) => content);

describe('POST /api/chat/channels/:channelId/messages/:messageId/reactions', () => {
  it('success: 200 with the reaction, which the message shows with a name', async () => {
    const { bob, channel, ids } = await room(1);
    expect(await react(bob, channel, ids[0], '👍')).toMatchObject({
      status: 200,
      body: { reaction: { messageId: ids[0], userId: bob.id, emoji: '👍', createdAt: TIME } },
    });
    expect((await list(bob, channel)).body.messages[0]).toMatchObject({
      reactions: [{ emoji: '👍', userId: bob.id, userName: 'Bob' }],
      reactionCount: 1,
    });
  });

  it('success: another emoji takes the place of the first, and others keep theirs', async () => {
    const { ada, bob, channel, ids } = await room(1);
    await react(ada, channel, ids[0], '👍');
    await react(bob, channel, ids[0], '👍');
    await react(bob, channel, ids[0], '❤️');
    expect((await list(bob, channel)).body.messages[0]?.reactions).toEqual([
      { emoji: '👍', userId: ada.id, userName: 'Ada' },
      { emoji: '❤️', userId: bob.id, userName: 'Bob' },
    ]);
  });

  it.each(['👩‍👩‍👧', '🇩🇪', '❤', '1️⃣', '👍🏽', '☺️'])('success: takes %s', async (emoji) => {
    const { ada, channel, ids } = await room(1);
    expect((await react(ada, channel, ids[0], emoji)).status).toBe(200);
  });

  it.each(['', 'a', '1', ':party:', '👍👍', '👍 ', '<b>', null, 7, undefined])(
    'error: 400 for %j, which is no emoji',
    async (emoji) => {
      const { ada, channel, ids } = await room(1);
      expectError(await react(ada, channel, ids[0], emoji), 400, 'invalid_input', 'emoji');
    },
  );

  it('error: 404 for a message that is not there', async () => {
    const { ada, channel } = await room();
    expectError(await react(ada, channel, randomUUID(), '👍'), 404, 'message_not_found');
  });

  it('permission: 404 for a stranger to a private channel, 403 where the channel is public', async () => {
    const [{ channel, ids }, ada, { channel: open, id }] = await Promise.all([room(1), signUp(), abroad()]);
    expectError(await react(ada, channel, ids[0], '👍'), 404, 'channel_not_found');
    expectError(await react(ada, open, id, '👍'), 403, 'not_a_member');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await signUp()).token);
    const path = reactions(randomUUID(), randomUUID());
    expect(await call('POST', path, { token, json: { emoji: '👍' } })).toMatchObject(REFUSED);
  });

  it('limit: two at once by one person leave one, and the count is right', async () => {
    const { bob, channel, ids } = await room(1);
    await Promise.all(['👍', '❤️', '😀'].map((emoji) => react(bob, channel, ids[0], emoji)));
    expect((await list(bob, channel)).body.messages[0]).toMatchObject({
      reactions: { length: 1 },
      reactionCount: 1,
    });
  });

  it('effect: everybody in the channel hears of it, and of the one that went', async () => {
    const { bob, channel, ids } = await room(1);
    await react(bob, channel, ids[0], '👍');
    await react(bob, channel, ids[0], '❤️');
    const events = (await told(channel, 'message:reaction')).map(({ emoji, action }) => `${emoji} ${action}`);
    expect(events.toSorted()).toEqual(['❤️ added', '👍 added', '👍 removed']);
  });
});

describe('DELETE /api/chat/channels/:channelId/messages/:messageId/reactions', () => {
  it("success: 200, and only the caller's reaction is gone", async () => {
    const { ada, bob, channel, ids } = await room(1);
    await react(ada, channel, ids[0], '👍');
    await react(bob, channel, ids[0], '👍');
    expect(await unreact(bob, channel, ids[0])).toMatchObject(DONE);
    expect((await list(bob, channel)).body.messages[0]?.reactions).toMatchObject([{ userId: ada.id }]);
  });

  it('error: 404 for a message that is not there', async () => {
    const { ada, channel } = await room();
    expectError(await unreact(ada, channel, randomUUID()), 404, 'message_not_found');
  });

  it('permission: 404 for a stranger to a private channel, 403 where the channel is public', async () => {
    const [{ channel, ids }, ada, { channel: open, id }] = await Promise.all([room(1), signUp(), abroad()]);
    expectError(await unreact(ada, channel, ids[0]), 404, 'channel_not_found');
    expectError(await unreact(ada, open, id), 403, 'not_a_member');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await signUp()).token);
    expect(await call('DELETE', reactions(randomUUID(), randomUUID()), { token })).toMatchObject(REFUSED);
  });

  it('limit: 200 also where there is none', async () => {
    const { ada, channel, ids } = await room(1);
    expect(await unreact(ada, channel, ids[0])).toMatchObject(DONE);
  });

  it('effect: everybody in the channel hears of it', async () => {
    const { bob, channel, ids } = await room(1);
    await react(bob, channel, ids[0], '👍');
    await unreact(bob, channel, ids[0]);
    expect(await told(channel, 'message:reaction')).toContainEqual(
      expect.objectContaining({ emoji: '👍', action: 'removed', reaction_counts: {} }),
    );
  });
});

describe('POST /api/chat/channels/:channelId/messages/:messageId/pin', () => {
  it('success: 200, and the message shows it', async () => {
    const { ada, channel, ids } = await privateRoom(1);
    expect(await pin(ada, channel, ids[0])).toMatchObject(DONE);
    const { messages } = (await list(ada, channel)).body;
    expect(messages.find(({ id }) => id === ids[0])?.isPinned).toBe(true);
  });

  it('error: 404 for a message that is not there, 400 for an id that is none', async () => {
    const { ada, channel } = await privateRoom();
    expectError(await pin(ada, channel, randomUUID()), 404, 'message_not_found');
    expectError(await pin(ada, channel, 'x'), 400, 'invalid_input', 'messageId');
  });

  it('permission: 403 for who is no admin of the channel; both may in direct messages', async () => {
    const { ada, bob, channel, ids } = await privateRoom(1);
    expectError(await pin(bob, channel, ids[0]), 403, 'not_a_channel_admin');
    const { data } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).single().throwOnError();
    const { body } = await send(ada, data.id, { content: 'hi' });
    expect(await pin(bob, data.id, body.message.id)).toMatchObject(DONE);
  });

  it('permission: 404 for a stranger to a private channel', async () => {
    const [{ channel, ids }, eve] = await Promise.all([privateRoom(1), signUp('Eve')]);
    expectError(await pin(eve, channel, ids[0]), 404, 'channel_not_found');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await signUp()).token);
    expect(await call('POST', pinPath(randomUUID(), randomUUID()), { token })).toMatchObject(REFUSED);
  });

  it('limit: 400 for the eleventh', async () => {
    const { ada, channel, ids } = await privateRoom(11);
    for (const id of ids.slice(0, 10)) expect(await pin(ada, channel, id)).toMatchObject(DONE);
    expectError(await pin(ada, channel, ids[10]), 400, 'too_many_pins');
    expect(await pin(ada, channel, ids[9])).toMatchObject(DONE);
  });

  it('effect: the channel says who pinned a message, once', async () => {
    const { ada, channel, ids } = await privateRoom(1);
    await pin(ada, channel, ids[0]);
    await pin(ada, channel, ids[0]);
    expect((await contents(ada, channel)).slice(0, 2)).toEqual(['Ada pinned a message', '1']);
  });
});

describe('DELETE /api/chat/channels/:channelId/messages/:messageId/pin', () => {
  it('success: 200, and the message shows it no more', async () => {
    const { ada, channel, ids } = await privateRoom(1);
    await pin(ada, channel, ids[0]);
    expect(await unpin(ada, channel, ids[0])).toMatchObject(DONE);
    expect((await list(ada, channel)).body.messages.every(({ isPinned }) => !isPinned)).toBe(true);
  });

  it('error: 404 for a message that is not there', async () => {
    const { ada, channel } = await privateRoom();
    expectError(await unpin(ada, channel, randomUUID()), 404, 'message_not_found');
  });

  it('permission: 403 for who is no admin of the channel', async () => {
    const { ada, bob, channel, ids } = await privateRoom(1);
    await pin(ada, channel, ids[0]);
    expectError(await unpin(bob, channel, ids[0]), 403, 'not_a_channel_admin');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await signUp()).token);
    expect(await call('DELETE', pinPath(randomUUID(), randomUUID()), { token })).toMatchObject(REFUSED);
  });

  it('limit: 200 also where it is not pinned, and nothing is told', async () => {
    const { ada, channel, ids } = await privateRoom(1);
    expect(await unpin(ada, channel, ids[0])).toMatchObject(DONE);
    expect((await contents(ada, channel))[0]).toBe('1');
  });

  it('effect: the channel says who unpinned a message', async () => {
    const { ada, channel, ids } = await privateRoom(1);
    await pin(ada, channel, ids[0]);
    await unpin(ada, channel, ids[0]);
    expect((await contents(ada, channel))[0]).toBe('Ada unpinned a message');
  });
});

describe('GET /api/chat/channels/:channelId/pins', () => {
  const pins = (person: Person, channel: string) =>
    call<{ messages: Message[] }>('GET', `/api/chat/channels/${channel}/pins`, { token: person.token });

  it('success: 200 with what is pinned, last pinned first', async () => {
    const { ada, bob, channel, ids } = await privateRoom(3);
    await pin(ada, channel, ids[0]);
    await pin(ada, channel, ids[2]);
    const { status, body } = await pins(bob, channel);
    expect([status, body.messages.map(({ content }) => content)]).toEqual([200, ['3', '1']]);
  });

  it('permission: 404 for a stranger to a private channel', async () => {
    const [{ channel }, eve] = await Promise.all([privateRoom(), signUp('Eve')]);
    expectError(await pins(eve, channel), 404, 'channel_not_found');
  });
});
