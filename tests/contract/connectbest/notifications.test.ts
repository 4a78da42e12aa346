/** ConnectBest 9: notifications and their settings. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, NOT_SIGNED_IN, TIME, UUID } from '../api.ts';
import { change, channelOf } from '../channels.ts';
import { closeEars, ear } from '../ears.ts';
import { send, uploadOne } from '../uploads.ts';

afterEach(closeEars);
afterAll(() => database.end());

interface Settings {
  channels: Record<string, { enabled: boolean; mentions: string }>;
}

interface Notification {
  id: string;
  type: string;
  message: string;
  channelId: string | null;
  messageId: string | null;
  read: boolean;
}

const settingsOf = (person: Person) =>
  call<{ settings: Settings }>('GET', '/api/notifications/settings', { token: person.token });

const set = (person: Person, json: unknown) =>
  call<{ settings: Settings }>('PUT', '/api/notifications/settings', { token: person.token, json });

const list = (person: Person, query: Record<string, string> = {}) =>
  call<{ notifications: Notification[]; unreadCount: number }>(
    'GET',
    `/api/notifications?${new URLSearchParams(query)}`,
    { token: person.token },
  );

const markRead = (person: Person, notificationIds: unknown) =>
  call('PUT', '/api/notifications/read', { token: person.token, json: { notificationIds } });

/** Direct messages of Ada and Bob, in which Ada has said so many things to Bob, 1, 2, 3 … */
async function conversation(length = 0) {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  const { data } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError().single();
  const channel = data?.id as string;
  for (let n = 1; n <= length; n += 1) await say(ada, channel, String(n));
  return { ada, bob, channel };
}

async function say({ supabase }: Person, channel_id: string, body: string, parent_seq?: number) {
  const reply = parent_seq === undefined ? {} : { parent_seq };
  const { data } = await supabase
    .rpc('send_message', { channel_id, body, ...reply })
    .throwOnError()
    .single();
  if (!data) throw new Error('unable to say anything; there is no message');
  return data;
}

const types = async (person: Person) => (await list(person)).body.notifications.map(({ type }) => type);

const DEFAULTS = {
  enabled: true,
  soundEnabled: true,
  channels: {},
  dnd: { enabled: false, startTime: '22:00', endTime: '07:00' },
};

describe('GET /api/notifications/settings', () => {
  it('success: 200 with the settings of somebody who has set nothing', async () => {
    expect(await settingsOf(await signUp())).toMatchObject({ status: 200, body: { settings: DEFAULTS } });
    expect((await settingsOf(await signUp())).body).toEqual({ settings: DEFAULTS });
  });

  it('success: what the SDK sets is there too', async () => {
    const { bob, channel } = await conversation();
    await bob.supabase.rpc('set_preferences', { sound: false, dnd_start: '23:15' }).throwOnError();
    await bob.supabase.rpc('set_channel_state', { channel_id: channel, notify_level: 'all' }).throwOnError();
    expect((await settingsOf(bob)).body.settings).toEqual({
      ...DEFAULTS,
      soundEnabled: false,
      channels: { [channel]: { enabled: true, mentions: 'all' } },
      dnd: { ...DEFAULTS.dnd, startTime: '23:15' },
    });
  });

  it('error: 401 without a token', async () => {
    expectError(await call('GET', '/api/notifications/settings'), 401, 'not_signed_in');
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const token = make((await signUp()).token);
    const answer = await call('GET', '/api/notifications/settings', { token });
    expect(answer).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  });
});

describe('PUT /api/notifications/settings', () => {
  it('success: 200 with all settings, changed where something is given, at every level', async () => {
    const { bob, channel } = await conversation();
    expect(await set(bob, { enabled: false })).toMatchObject({ status: 200 });
    await set(bob, { dnd: { enabled: true, endTime: '06:30' } });
    await set(bob, { channels: { [channel]: { enabled: false } } });
    const { body } = await set(bob, { channels: { [channel.toUpperCase()]: { mentions: 'nothing' } } });
    const changed = {
      enabled: false,
      soundEnabled: true,
      channels: { [channel]: { enabled: false, mentions: 'nothing' } },
      dnd: { enabled: true, startTime: '22:00', endTime: '06:30' },
    };
    expect(body).toEqual({ settings: changed });
    expect((await settingsOf(bob)).body).toEqual({ settings: changed });
  });

  it('success: settings are taken as they were read', async () => {
    const { bob, channel } = await conversation();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await bob.supabase
      .rpc('set_channel_state', { channel_id: channel, is_muted: true, muted_until: until })
      .throwOnError();
    const { settings } = (await settingsOf(bob)).body;
    expect((await set(bob, settings)).body).toEqual({ settings });
    const [row] = await database`
      select muted_until from chat.channel_states where channel_id = ${channel} and user_id = ${bob.id}`;
    expect(row?.muted_until).toEqual(new Date(until));
  });

  it('success: null takes away what a channel has of its own', async () => {
    const { bob, channel } = await conversation();
    await set(bob, { channels: { [channel]: { enabled: false, mentions: 'all' } } });
    expect((await set(bob, { channels: { [channel]: null } })).body.settings.channels).toEqual({});
  });

  it.each([
    ['enabled', { enabled: 'yes' }],
    ['soundEnabled', { soundEnabled: 'loud' }],
    ['channels', { channels: [] }],
    ['channels.general', { channels: { general: { enabled: true } } }],
    ['dnd', { dnd: true }],
    ['dnd.startTime', { dnd: { startTime: '24:00' } }],
    ['dnd.endTime', { dnd: { endTime: '7:00' } }],
    ['dnd.enabled', { dnd: { enabled: 1 } }],
  ])('error: 400 for wrong %s, and nothing changes', async (field, json) => {
    const ada = await signUp();
    expectError(await set(ada, { dnd: {}, ...json }), 400, 'invalid_input', field);
    expect((await settingsOf(ada)).body).toEqual({ settings: DEFAULTS });
  });

  it('error: 400 for a level of a channel that is none', async () => {
    const { bob, channel } = await conversation();
    const answer = await set(bob, { channels: { [channel]: { mentions: 'some' } } });
    expectError(answer, 400, 'invalid_input', `channels.${channel}.mentions`);
  });

  it('permission: 400 for a channel that one is not in, and nothing changes', async () => {
    const [{ channel }, { bob: eve, channel: own }] = [await conversation(), await conversation()];
    for (const other of [channel, randomUUID()]) {
      const json = { enabled: false, channels: { [own]: { enabled: false }, [other]: { enabled: false } } };
      expectError(await set(eve, json), 400, 'channel_not_found', 'channels');
    }
    expect((await settingsOf(eve)).body).toEqual({ settings: DEFAULTS });
  });

  it('permission: 401 without a token', async () => {
    const answer = await call('PUT', '/api/notifications/settings', { json: { enabled: false } });
    expectError(answer, 401, 'not_signed_in');
  });

  it('limit: 400 for more than 1,000 channels', async () => {
    const channels = Object.fromEntries(
      Array.from({ length: 1001 }, () => [randomUUID(), { enabled: true }]),
    );
    expectError(await set(await signUp(), { channels }), 400, 'too_many_channels', 'channels');
  });

  it('effect: a channel that is not enabled, or whose level is nothing, notifies of nothing', async () => {
    const { ada, bob, channel } = await conversation();
    await set(bob, { channels: { [channel]: { enabled: false } } });
    await say(ada, channel, 'muted');
    await set(bob, { channels: { [channel]: { enabled: true, mentions: 'nothing' } } });
    await say(ada, channel, 'nothing');
    expect((await list(bob)).body).toEqual({ notifications: [], unreadCount: 0 });
    await set(bob, { channels: { [channel]: { mentions: 'all' } } });
    await say(ada, channel, 'heard');
    expect((await list(bob)).body.notifications).toMatchObject([{ message: 'Ada: heard' }]);
    await set(bob, { enabled: false });
    await say(ada, channel, 'off');
    expect((await list(bob)).body.unreadCount).toBe(1);
  });

  it('effect: do-not-disturb makes notifications silent, in the time zone of the user', async () => {
    const { ada, bob, channel } = await conversation();
    await bob.supabase.rpc('set_preferences', { timezone: 'Pacific/Kiritimati' }).throwOnError();
    await set(bob, { dnd: { enabled: true, startTime: '00:00', endTime: '00:00' } });
    await say(ada, channel, 'at night');
    const [row] = await database`
      select is_silent from chat.notifications where user_id = ${bob.id} and type = 'dm'`;
    expect(row?.is_silent).toBe(true);
    expect((await list(bob)).body.unreadCount).toBe(1);
  });

  it("effect: the user's other devices hear of it", async () => {
    const { bob, channel } = await conversation();
    const heard = await ear(bob);
    await set(bob, { soundEnabled: false, channels: { [channel]: { mentions: 'all' } } });
    expect((await heard.next('preferences:updated')).payload).toMatchObject({ sound: false });
    expect((await heard.next('channel:read')).payload).toMatchObject({
      channel_id: channel,
      notify_level: 'all',
    });
  });
});

describe('GET /api/notifications', () => {
  it('success: 200 with what is unread, newest first, and how much that is', async () => {
    const { ada, bob, channel } = await conversation();
    const [one, two] = [await say(ada, channel, 'one'), await say(ada, channel, 'two\nlines')];
    const answer = await list(bob);
    expect(answer.status).toBe(200);
    const notification = (messageId: string, message: string) => ({
      id: UUID,
      type: 'dm',
      message,
      channelId: channel,
      messageId,
      read: false,
      createdAt: TIME,
    });
    expect(answer.body).toEqual({
      notifications: [notification(two.id, 'Ada: two lines'), notification(one.id, 'Ada: one')],
      unreadCount: 2,
    });
  });

  it('success: mentions, reactions, replies, invitations and, where wished, every message', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await channelOf(ada, 'private', [bob]);
    const [row] = await database`select slug from chat.channels where id = ${channel}`;
    const place = `#${row?.slug}`;
    const mine = await say(bob, channel, 'mine');
    await say(ada, channel, `hi @<${bob.id}>`);
    await ada.supabase
      .rpc('add_reaction', { channel_id: channel, seq: mine.seq, emoji: '👍' })
      .throwOnError();
    await say(ada, channel, 'yes', mine.seq);
    await set(bob, { channels: { [channel]: { mentions: 'all' } } });
    await say(ada, channel, 'news');
    const { body } = await list(bob);
    expect(body.notifications.map(({ type, message }) => [type, message])).toEqual([
      ['message', `Ada in ${place}: news`],
      ['thread_reply', `Ada replied to a thread in ${place}: yes`],
      ['reaction', 'Ada reacted 👍 to your message: mine'],
      ['mention', `Ada mentioned you in ${place}: hi @<${bob.id}>`],
      ['channel_invite', `Ada added you to ${row?.slug}`],
    ]);
    expect(body.notifications.at(-1)).toMatchObject({ channelId: channel, messageId: null });
  });

  it('success: a message that is only files is told as such', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await channelOf(ada, 'private', [bob]);
    const [row] = await database`select slug from chat.channels where id = ${channel}`;
    const place = `#${row?.slug}`;
    await set(bob, { channels: { [channel]: { mentions: 'all' } } });
    await send(ada, channel, await uploadOne(ada), '');
    const [asked, answered] = [
      await say(bob, channel, 'where?'),
      await send(bob, channel, await uploadOne(bob), ''),
    ];
    await ada.supabase
      .rpc('send_message', {
        channel_id: channel,
        parent_seq: asked.seq,
        file_ids: [(await uploadOne(ada)).id],
      })
      .throwOnError();
    await ada.supabase
      .rpc('add_reaction', { channel_id: channel, seq: answered.seq, emoji: '👍' })
      .throwOnError();
    const { data: dm } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError().single();
    await send(ada, dm?.id as string, await uploadOne(ada), '');
    const { body } = await list(bob);
    expect(body.notifications.map(({ type, message }) => [type, message])).toEqual([
      ['dm', 'Ada sent a file'],
      ['reaction', 'Ada reacted 👍 to your message: a file'],
      ['thread_reply', `Ada replied to a thread in ${place}: a file`],
      ['message', `Ada sent a file in ${place}`],
      ['channel_invite', `Ada added you to ${row?.slug}`],
    ]);
  });

  it('success: with all=true what is read as well, and page by page', async () => {
    const { bob } = await conversation(3);
    const [three, two, one] = (await list(bob)).body.notifications;
    await markRead(bob, [two?.id]);
    expect((await list(bob)).body).toMatchObject({
      notifications: [{ id: three?.id }, { id: one?.id }],
      unreadCount: 2,
    });
    expect((await list(bob, { all: 'true' })).body).toMatchObject({
      notifications: [{ read: false }, { id: two?.id, read: true }, { read: false }],
      unreadCount: 2,
    });
    const next = await list(bob, { all: 'true', limit: '1', before: three?.id ?? '' });
    expect(next.body).toMatchObject({ notifications: [{ id: two?.id }], unreadCount: 2 });
    expect((await list(bob, { before: one?.id ?? '' })).body).toEqual({ notifications: [], unreadCount: 2 });
  });

  it('success: nothing of what one does oneself', async () => {
    const { ada } = await conversation(1);
    expect((await list(ada)).body).toEqual({ notifications: [], unreadCount: 0 });
  });

  it.each([
    ['all', 'maybe'],
    ['limit', '0'],
    ['limit', 'ten'],
    ['before', 'x'],
  ])('error: 400 for %s=%s', async (parameter, value) => {
    expectError(await list(await signUp(), { [parameter]: value }), 400, 'invalid_input', parameter);
  });

  it('permission: nobody sees those of others, nor those of a channel that they have left', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await channelOf(ada, 'private', [bob]);
    expect(await types(bob)).toEqual(['channel_invite']);
    expect(await types(ada)).toEqual([]);
    await change(bob, 'DELETE', `${channel}/members/${bob.id}`);
    expect((await list(bob, { all: 'true' })).body).toEqual({ notifications: [], unreadCount: 0 });
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const answer = await call('GET', '/api/notifications', { token: make((await signUp()).token) });
    expect(answer).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  });

  it('limit: at most 100, and how many there are', async () => {
    const ada = await signUp();
    await database`insert into chat.notifications (user_id, type) select ${ada.id}, 'message' from generate_series(1, 101)`;
    for (const query of [{}, { limit: '1000' }]) {
      expect((await list(ada, query)).body).toMatchObject({
        notifications: { length: 100 },
        unreadCount: 101,
      });
    }
  });
});

describe('PUT /api/notifications/read', () => {
  it('success: 200, also for what is read already, unknown or not one’s own', async () => {
    const { ada, bob } = await conversation(2);
    const [two] = (await list(bob)).body.notifications;
    for (const ids of [[two?.id], [two?.id, randomUUID()], []]) {
      expect(await markRead(bob, ids)).toMatchObject({ status: 200, body: { success: true } });
    }
    expect(await markRead(ada, [two?.id])).toMatchObject({ status: 200, body: { success: true } });
    expect((await list(bob)).body.unreadCount).toBe(1);
  });

  it.each([
    ['notificationIds', undefined],
    ['notificationIds', null],
    ['notificationIds', 'all'],
    ['notificationIds.0', ['x']],
  ])('error: 400 for wrong %s: %j', async (field, ids) => {
    expectError(await markRead(await signUp(), ids), 400, 'invalid_input', field);
  });

  it('permission: those of others stay as they are', async () => {
    const { ada, bob } = await conversation(1);
    const ids = (await list(bob)).body.notifications.map(({ id }) => id);
    await markRead(ada, ids);
    expect((await list(bob)).body.unreadCount).toBe(1);
  });

  it('permission: 401 without a token', async () => {
    const answer = await call('PUT', '/api/notifications/read', { json: { notificationIds: [] } });
    expectError(answer, 401, 'not_signed_in');
  });

  it('limit: 400 for more than 1,000', async () => {
    const ids = Array.from({ length: 1001 }, () => randomUUID());
    expectError(await markRead(await signUp(), ids), 400, 'too_many_notifications', 'notificationIds');
  });

  it("effect: they are read, for the user's other devices too", async () => {
    const { bob } = await conversation(2);
    const heard = await ear(bob);
    const ids = (await list(bob)).body.notifications.map(({ id }) => id);
    await markRead(bob, ids);
    expect((await heard.next('notification:read')).payload).toMatchObject({
      ids: expect.arrayContaining(ids),
    });
    expect((await list(bob)).body).toEqual({ notifications: [], unreadCount: 0 });
    const [row] = await database`
      select count(read_at)::int as read from chat.notifications where user_id = ${bob.id}`;
    expect(row?.read).toBe(2);
  });
});
