import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, type Person, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { channelOf, list, type Message, pathOf, room, send, told } from '../room.ts';

afterAll(() => database.end());

/** The id of a file that Ada has uploaded. */
async function upload(person: Person, channel: string): Promise<string> {
  const form = new FormData();
  form.append('channelId', channel);
  form.append('files', new Blob(['hello'], { type: 'text/plain' }), 'a.txt');
  const { body } = await call<{ attachments: { id: string }[] }>('POST', '/api/upload', {
    token: person.token,
    raw: form,
  });
  return body.attachments[0]?.id ?? '';
}

const contents = ({ body }: { body: { messages: Message[] } }) => body.messages.map(({ content }) => content);

const storedCount = async (channel: string) =>
  (await database`select from chat.messages where channel_id = ${channel} and kind = 'user'`).length;

async function readSeq(person: Person, channel: string): Promise<number> {
  const [row] = await database`select last_read_seq::int as seq from chat.channel_states
                               where channel_id = ${channel} and user_id = ${person.id}`;
  return row?.seq;
}

const bare = {
  attachments: [],
  reactions: [],
  reactionCount: 0,
  threadCount: 0,
  kind: 'user',
  parentMessageId: null,
  isPinned: false,
  isEdited: false,
  editedAt: null,
  linkPreview: null,
  scheduledFor: null,
  voiceNote: null,
};

describe('POST /api/chat/channels/:channelId/messages/send', () => {
  it("success: sends a member's message and answers with it", async () => {
    const { ada, channel } = await room();
    const answer = await send(ada, channel, { content: 'Hello <b>world</b> 👋\n' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      message: {
        id: UUID,
        channelId: channel,
        content: 'Hello <b>world</b> 👋\n',
        userId: ada.id,
        user: { id: ada.id, name: 'Ada', username: expect.stringMatching(/^ada/), avatar: null },
        ...bare,
        createdAt: TIME,
      },
    });
  });

  it("effect: lets the other members see it, through the API and through the SDK's functions", async () => {
    const { ada, bob, channel } = await room();
    const { body } = await send(ada, channel, { content: 'hi' });
    expect((await list(bob, channel)).body.messages).toEqual([body.message]);
    const { data } = await bob.supabase.rpc('list_messages', { channel_id: channel });
    expect(data).toMatchObject([{ id: body.message.id, body: 'hi', seq: 1, author_id: ada.id }]);
  });

  it("effect: announces it on the channel's topic", async () => {
    const { ada, channel } = await room();
    const { body } = await send(ada, channel, { content: 'hi' });
    const events = await database`select event, private from realtime.messages
                                  where topic = ${`channel:${channel}:0`} and payload ->> 'id' = ${body.message.id}`;
    expect([...events]).toEqual([{ event: 'message:new', private: true }]);
  });

  it('effect: sends once when the client repeats its id', async () => {
    const { ada, channel } = await room();
    const id = randomUUID();
    const first = await send(ada, channel, { id, content: 'once' });
    const second = await send(ada, channel, { id, content: 'once' });
    expect(first.body.message.id).toBe(id);
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(await storedCount(channel)).toBe(1);
  });

  it("error: 409 for an id that belongs to somebody else's message", async () => {
    const { ada, bob, channel, ids } = await room(1);
    expectError(await send(bob, channel, { id: ids[0], content: 'mine' }), 409, 'message_id_taken');
    expect(contents(await list(ada, channel))).toEqual(['1']);
  });

  it.each([
    ['message_empty', {}],
    ['message_empty', { content: '' }],
    ['message_empty', { content: ' \n\t ' }],
    ['message_empty', { content: '', attachments: [] }],
    ['message_too_long', { content: 'x'.repeat(40_001) }],
    ['message_empty', { content: null }],
    ['invalid_input', { content: { text: 'x' } }],
    ['invalid_input', { content: 'nul \0 nul' }],
    ['invalid_input', { content: 'half \ud800 a pair' }],
  ])('error: 400 for text that is none: %s', async (code, body) => {
    const { ada, channel } = await room();
    expectError(await send(ada, channel, body), 400, code, 'content');
    expect(await storedCount(channel)).toBe(0);
  });

  it('limit: takes text of 40,000 characters, also where each takes two units', async () => {
    const { ada, channel } = await room();
    const { status, body } = await send(ada, channel, { content: '😀'.repeat(40_000) });
    expect(status).toBe(201);
    expect(body.message.content).toHaveLength(80_000);
  });

  it.each([
    ['attachments', 'file_not_found', { attachments: [randomUUID()] }],
    ['attachments', 'too_many_files', { attachments: Array.from({ length: 11 }, () => randomUUID()) }],
    ['attachments', 'invalid_input', { attachments: 'x' }],
    ['scheduledFor', 'invalid_time', { scheduledFor: '2020-01-01T00:00:00Z' }],
    ['scheduledFor', 'invalid_input', { scheduledFor: 'tomorrow' }],
    ['parentMessageId', 'invalid_parent', { parentMessageId: randomUUID() }],
    ['id', 'invalid_input', { id: 'x' }],
  ])('error: 400 for %s that is wrong (%s) instead of sending without it', async (field, code, extra) => {
    const { ada, channel } = await room();
    expectError(await send(ada, channel, { content: 'x', ...extra }), 400, code, field);
    expect(await storedCount(channel)).toBe(0);
  });

  it('success: replies to a message, also where a reply is named, and the channel lists it not', async () => {
    const { ada, bob, channel, ids } = await room(1);
    const reply = await send(bob, channel, { content: 'first', parentMessageId: ids[0] });
    expect(reply).toMatchObject({ status: 201, body: { message: { parentMessageId: ids[0] } } });
    const second = await send(ada, channel, { content: 'second', parentMessageId: reply.body.message.id });
    expect(second.body.message.parentMessageId).toBe(ids[0]);
    expect((await list(bob, channel)).body.messages).toMatchObject([{ content: '1', threadCount: 2 }]);
  });

  it('success: sends files without text, each with an address that its readers can fetch', async () => {
    const { ada, bob, channel } = await room();
    const file = await upload(ada, channel);
    const { status, body } = await send(ada, channel, { attachments: [file] });
    expect(status).toBe(201);
    expect(body.message).toMatchObject({
      content: '',
      attachments: [{ id: file, name: 'a.txt', size: 5, type: expect.stringMatching(/^text\/plain/) }],
    });
    const [listed] = (await list(bob, channel)).body.messages;
    expect(await (await fetch(listed?.attachments[0]?.url ?? '')).text()).toBe('hello');
  });

  it('success: keeps a message for later and answers 201 with it and its time', async () => {
    const { ada, channel } = await room();
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const { status, body } = await send(ada, channel, { content: 'later', scheduledFor });
    expect(status).toBe(201);
    expect(body.message).toMatchObject({
      id: UUID,
      content: 'later',
      userId: ada.id,
      scheduledFor,
      reactions: [],
    });
  });

  it('effect: what is scheduled is seen and heard by nobody before its time, and its author can call it off', async () => {
    const { ada, bob, channel } = await room();
    const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await send(ada, channel, { content: 'later', scheduledFor });
    expect((await list(bob, channel)).body.messages).toEqual([]);
    expect(await told(channel, 'message:new')).toEqual([]);
    const { data } = await ada.supabase.rpc('cancel_scheduled_message', { id: body.message.id }).single();
    expect(data).toMatchObject({ status: 'cancelled', body: 'later' });
  });

  it('effect: what is scheduled is sent once its time has come, with the same id', async () => {
    const { ada, bob, channel } = await room();
    const scheduledFor = new Date(Date.now() + 5000).toISOString();
    const { body } = await send(ada, channel, { content: 'soon', scheduledFor });
    await expect
      .poll(async () => (await list(bob, channel)).body.messages, { timeout: 20_000, interval: 500 })
      .toMatchObject([{ id: body.message.id, content: 'soon', scheduledFor }]);
  });

  it('effect: a time without a zone is UTC', async () => {
    const { ada, channel } = await room();
    const { body } = await send(ada, channel, { content: 'later', scheduledFor: '2099-01-01T09:00' });
    expect(body.message.scheduledFor).toBe('2099-01-01T09:00:00.000Z');
  });

  it('effect: whom it mentions is notified', async () => {
    const { ada, bob, channel } = await room();
    await database`update chat.profiles set name = 'Bob Baker' where id = ${bob.id}`;
    const { username } = (await send(bob, channel, { content: 'here' })).body.message.user;
    for (const meant of ['Bob Baker', '[Bob Baker]', username, bob.id, `<${bob.id}>`]) {
      const { body } = await send(ada, channel, { content: `hello @${meant}, hello` });
      const rows =
        await database`select type from chat.notifications where user_id = ${bob.id} and message_id = ${body.message.id}`;
      expect(rows, meant).toMatchObject([{ type: 'mention' }]);
    }
  });

  it('limit: 429 for the 101st message of a minute', async () => {
    const { ada, channel } = await room();
    const statuses = [];
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 26 }, () => send(ada, channel, { content: 'x' })),
      );
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
  }, 60_000);

  it('permission: 404 for a stranger to a private channel as if it did not exist', async () => {
    const [{ channel }, eve] = await Promise.all([room(), signUp('Eve')]);
    expectError(await send(eve, channel, { content: 'x' }), 404, 'channel_not_found');
    expect(await storedCount(channel)).toBe(0);
  });

  it('permission: 403 for somebody who has not joined a public channel', async () => {
    const [ada, eve] = await Promise.all([signUp(), signUp('Eve')]);
    const channel = await channelOf(ada, 'public');
    expectError(await send(eve, channel, { content: 'x' }), 403, 'not_a_member');
    expect(await storedCount(channel)).toBe(0);
  });

  it('error: 404 for a channel that does not exist, 400 for an id that is none', async () => {
    const ada = await signUp();
    expectError(await send(ada, randomUUID(), { content: 'x' }), 404, 'channel_not_found');
    expectError(await send(ada, 'general', { content: 'x' }), 400, 'invalid_input', 'channelId');
  });

  it.each(badTokens)('permission: 401 for %s before it looks at the body', async (_, make) => {
    const ada = await signUp();
    const channel = await channelOf(ada, 'private');
    const answer = await call('POST', `${pathOf(channel)}/send`, {
      token: make(ada.token),
      json: { content: 'x' },
    });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: expect.stringMatching(/^(not_signed_in|session_expired)$/) } },
    });
    expect(await storedCount(channel)).toBe(0);
  });
});

describe('GET /api/chat/channels/:channelId/messages', () => {
  it('success: answers a member with the messages, newest first, each with its author', async () => {
    const { ada, bob, channel } = await room(2);
    const answer = await list(bob, channel);
    const message = (content: string) => ({
      id: UUID,
      channelId: channel,
      content,
      userId: ada.id,
      user: { id: ada.id, name: 'Ada', username: expect.stringMatching(/^ada/), avatar: null },
      ...bare,
      createdAt: TIME,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ messages: [message('2'), message('1')], hasMore: false });
  });

  it('success: answers with nothing where nothing was said', async () => {
    const { bob, channel } = await room();
    expect((await list(bob, channel)).body).toEqual({ messages: [], hasMore: false });
  });

  it('success: goes back page by page through `before`', async () => {
    const { bob, channel } = await room(5);
    const first = await list(bob, channel, { limit: '2' });
    expect([contents(first), first.body.hasMore]).toEqual([['5', '4'], true]);
    const second = await list(bob, channel, { limit: '2', before: first.body.messages[1]?.id ?? '' });
    expect([contents(second), second.body.hasMore]).toEqual([['3', '2'], true]);
    const third = await list(bob, channel, { limit: '2', before: second.body.messages[1]?.id ?? '' });
    expect([contents(third), third.body.hasMore]).toEqual([['1'], false]);
  });

  it('success: goes forward without a gap through `after`, newest first within the page', async () => {
    const { bob, channel, ids } = await room(5);
    const page = await list(bob, channel, { limit: '2', after: ids[1] ?? '' });
    expect([contents(page), page.body.hasMore]).toEqual([['4', '3'], true]);
    const last = await list(bob, channel, { limit: '2', after: ids[3] ?? '' });
    expect([contents(last), last.body.hasMore]).toEqual([['5'], false]);
    expect(contents(await list(bob, channel, { after: ids[4] ?? '' }))).toEqual([]);
  });

  it('success: answers with what lies between `after` and `before`', async () => {
    const { bob, channel, ids } = await room(5);
    const page = await list(bob, channel, { after: ids[0] ?? '', before: ids[4]?.toUpperCase() ?? '' });
    expect([contents(page), page.body.hasMore]).toEqual([['4', '3', '2'], false]);
  });

  it('limit: gives 50 messages unless asked otherwise and never more than 100', async () => {
    const { ada, bob, channel } = await room();
    await database`insert into chat.messages (channel_id, author_id, body)
                   select ${channel}, ${ada.id}, n::text from generate_series(1, 101) n`;
    expect((await list(bob, channel)).body).toMatchObject({ messages: { length: 50 }, hasMore: true });
    const most = await list(bob, channel, { limit: '1000' });
    expect(most.body).toMatchObject({ messages: { length: 100 }, hasMore: true });
  });

  it('effect: marks what it showed as read, and never marks less', async () => {
    const { bob, channel, ids } = await room(4);
    expect(await readSeq(bob, channel)).toBe(0);
    await list(bob, channel, { before: ids[2] ?? '' });
    expect(await readSeq(bob, channel)).toBe(2);
    await list(bob, channel);
    expect(await readSeq(bob, channel)).toBe(4);
    await list(bob, channel, { before: ids[1] ?? '' });
    expect(await readSeq(bob, channel)).toBe(4);
  });

  it('effect: HEAD, which shows nothing, marks nothing as read, and is counted', async () => {
    const { bob, channel } = await room(1);
    const head = () => call('HEAD', pathOf(channel), { token: bob.token });
    const first = await head();
    expect(first).toMatchObject({ status: 200, body: null });
    const remaining = (answer: { headers: Headers }) => Number(answer.headers.get('RateLimit-Remaining'));
    expect(remaining(await head())).toBe(remaining(first) - 1);
    const [row] = await database`
      select last_read_seq from chat.channel_states where channel_id = ${channel} and user_id = ${bob.id}`;
    expect(Number(row?.last_read_seq)).toBe(0);
  });

  it('effect: marks nothing as read for a request that it refuses', async () => {
    const { bob, channel } = await room(1);
    await list(bob, channel, { before: randomUUID() });
    await list(bob, channel, { limit: '0' });
    expect(await readSeq(bob, channel)).toBe(0);
  });

  it('success: keeps the messages of a deleted person under a name that says so', async () => {
    const { ada, bob, channel } = await room(1);
    await connect(stack.secretKey).auth.admin.deleteUser(ada.id);
    expect((await list(bob, channel)).body.messages).toMatchObject([
      { content: '1', userId: UUID, user: { id: UUID, name: 'Deleted user', avatar: null } },
    ]);
  });

  it.each([
    ['limit', { limit: '0' }],
    ['limit', { limit: '-1' }],
    ['limit', { limit: '1.5' }],
    ['limit', { limit: 'many' }],
    ['before', { before: 'yesterday' }],
    ['after', { after: '7' }],
  ])('error: 400 that names %s when it is wrong (%o)', async (field, query) => {
    const { bob, channel } = await room(1);
    expectError(await list(bob, channel, query), 400, 'invalid_input', field);
  });

  it.each(['before', 'after'])('error: 400 that names %s when it is no message', async (field) => {
    const { bob, channel } = await room(1);
    expectError(await list(bob, channel, { [field]: randomUUID() }), 400, 'invalid_cursor', field);
  });

  it('error: 400 for the id of a message of another channel', async () => {
    const { bob, channel } = await room(1);
    const other = await room(1);
    expectError(await list(bob, channel, { before: other.ids[0] ?? '' }), 400, 'invalid_cursor', 'before');
  });

  it('permission: 404 for a stranger to a private channel as if it did not exist, whatever the ids', async () => {
    const [{ channel, ids }, eve] = await Promise.all([room(1), signUp('Eve')]);
    expectError(await list(eve, channel), 404, 'channel_not_found');
    expectError(await list(eve, channel, { before: ids[0] ?? '' }), 404, 'channel_not_found');
    expectError(await list(eve, channel, { after: randomUUID() }), 404, 'channel_not_found');
  });

  it('permission: 403 for somebody who has not joined a public channel', async () => {
    const [ada, eve] = await Promise.all([signUp(), signUp('Eve')]);
    expectError(await list(eve, await channelOf(ada, 'public')), 403, 'not_a_member');
  });

  it('permission: 404 for a member who was removed', async () => {
    const { ada, bob, channel } = await room(1);
    await ada.supabase.rpc('remove_member', { channel_id: channel, user_id: bob.id });
    expectError(await list(bob, channel), 404, 'channel_not_found');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const ada = await signUp();
    const channel = await channelOf(ada, 'private');
    const answer = await call('GET', pathOf(channel), { token: make(ada.token) });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: expect.stringMatching(/^(not_signed_in|session_expired)$/) } },
    });
  });
});
