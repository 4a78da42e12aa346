import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type {
  Channel,
  Notification,
  Notifications,
  NotificationsState,
  NotificationsSubscription,
} from '../../sdk/src/index.ts';
import { isChatError } from '../../sdk/src/index.ts';
import { type ChatUser, closeChats, connectChat, joinChat, observe } from '../helpers/chat.ts';
import { asUser, type Db, database } from '../helpers/database.ts';
import { openNetwork } from '../helpers/outage.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';

afterEach(closeChats);
afterAll(() => database.end());

const watch = (notifications: Notifications) =>
  observe<NotificationsState, NotificationsSubscription>(notifications.subscribe);
const isLive = ({ connection }: NotificationsState) => connection === 'live';
const texts = ({ notifications }: NotificationsState) => notifications.map(({ text }) => text);

async function adaAndBob(): Promise<{ ada: ChatUser; bob: ChatUser; dm: Channel }> {
  const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
  return { ada, bob, dm: await ada.chat.channels.open({ dm: bob.id }) };
}

/** What the server says now, to compare with what events have made of it. */
async function refetched({ notifications }: ChatUser['chat']) {
  return { notifications: await notifications.list(), unreadCount: await notifications.unreadCount() };
}

describe('live notifications', () => {
  it('begin with what there is, go on with what comes, and end up as the server has it', async () => {
    const { ada, bob, dm } = await adaAndBob();
    await dm.messages.send('one');
    const list = watch(bob.chat.notifications);
    await list.until((state) => isLive(state) && state.unreadCount === 1);
    await dm.messages.send('two');
    const { notifications } = await list.until(({ unreadCount }) => unreadCount === 2);
    expect(notifications).toMatchObject([
      {
        type: 'dm',
        text: 'two',
        seq: 2,
        channelId: dm.id,
        channelName: null,
        actor: { id: ada.id, name: 'Ada' },
      },
      { type: 'dm', text: 'one', seq: 1, readAt: null, isSilent: false, inChannel: true },
    ]);
    expect(list.state).toMatchObject(await refetched(bob.chat));
  });

  it('are read when their channel is, on all devices', async () => {
    const { bob, dm } = await adaAndBob();
    const list = watch(bob.chat.notifications);
    await list.until(isLive);
    await dm.messages.send('one');
    await dm.messages.send('two');
    await list.until(({ unreadCount }) => unreadCount === 2);
    await (await bob.chat.channels.open(dm.id)).markRead(1);
    const { notifications } = await list.until(({ unreadCount }) => unreadCount === 1);
    expect(notifications.map(({ readAt }) => readAt !== null)).toEqual([false, true]);
    expect(list.state).toMatchObject(await refetched(bob.chat));
  });

  it('can be marked one by one and all at once, and be deleted', async () => {
    const { bob, dm } = await adaAndBob();
    for (const text of ['one', 'two', 'three']) await dm.messages.send(text);
    const list = watch(bob.chat.notifications);
    const state = await list.until((shown) => isLive(shown) && shown.unreadCount === 3);
    const [three, two, one] = state.notifications as [Notification, Notification, Notification];
    await bob.chat.notifications.markRead(two.id);
    await list.until(({ unreadCount }) => unreadCount === 2);
    await bob.chat.notifications.delete(three.id);
    await list.until(({ unreadCount }) => unreadCount === 1);
    expect(list.state?.notifications.map(({ id, readAt }) => [id, readAt === null])).toEqual([
      [two.id, false],
      [one.id, true],
    ]);
    await bob.chat.notifications.markAllRead();
    await list.until(({ unreadCount }) => unreadCount === 0);
    expect(list.state).toMatchObject(await refetched(bob.chat));
  });

  it('up to one are marked without those that came after it', async () => {
    const { bob, dm } = await adaAndBob();
    await dm.messages.send('seen');
    const [seen] = await bob.chat.notifications.list();
    await dm.messages.send('unseen');
    await bob.chat.notifications.markAllRead({ upTo: seen?.id as string });
    expect((await bob.chat.notifications.list({ onlyUnread: true })).map(({ text }) => text)).toEqual([
      'unseen',
    ]);
  });

  it('follow the message: its new text, and nothing once it is deleted', async () => {
    const { ada, bob, dm } = await adaAndBob();
    const asAda = (run: (db: Db) => Promise<unknown>) =>
      database.begin((db) => asUser(db as Db, ada.id, run));
    const list = watch(bob.chat.notifications);
    await list.until(isLive);
    const { seq } = await dm.messages.send('tpyo');
    await list.until(({ unreadCount }) => unreadCount === 1);
    await asAda((as) => as`select chat.edit_message(${dm.id}, ${seq}, 'typo')`);
    await list.until((state) => texts(state)[0] === 'typo');
    await asAda((as) => as`select chat.delete_message(${dm.id}, ${seq})`);
    await list.until(({ unreadCount, notifications }) => unreadCount === 0 && notifications.length === 0);
  });

  it('that came during an outage are there after it, once each', async () => {
    const network = await openNetwork();
    const ada = await joinChat('Ada');
    const bob = await joinChat('Bob', network.url);
    const dm = await ada.chat.channels.open({ dm: bob.id });
    const list = watch(bob.chat.notifications);
    await list.until(isLive);
    await dm.messages.send('before');
    await list.until(({ unreadCount }) => unreadCount === 1);
    network.cut();
    await list.until(({ connection }) => connection === 'offline');
    await dm.messages.send('during');
    network.restore();
    await list.until((state) => isLive(state) && state.unreadCount === 2);
    await dm.messages.send('after');
    const state = await list.until(({ unreadCount }) => unreadCount === 3);
    expect(texts(state)).toEqual(['after', 'during', 'before']);
    await network.close();
  });

  it('of a channel that one leaves go, and the others stay', async () => {
    const { ada, bob, dm } = await adaAndBob();
    await dm.messages.send('stays');
    const channel = await ada.chat.channels.create({
      slug: `c-${randomUUID()}`,
      kind: 'private',
      memberIds: [bob.id],
    });
    const list = watch(bob.chat.notifications);
    await list.until((state) => isLive(state) && state.unreadCount === 2);
    await (await bob.chat.channels.open(channel.id)).leave();
    const state = await list.until(({ unreadCount }) => unreadCount === 1);
    expect(texts(state)).toEqual(['stays']);
  });

  it('show older ones on request, and know when there are no more', async () => {
    const { bob, dm } = await adaAndBob();
    for (let n = 1; n <= 51; n += 1) await dm.messages.send(`${n}`);
    const list = watch(bob.chat.notifications);
    const first = await list.until((state) => isLive(state) && state.notifications.length > 0);
    expect([first.notifications.length, first.unreadCount, first.hasMore]).toEqual([50, 51, true]);
    await list.subscription.loadMore();
    expect([list.state?.notifications.length, list.state?.hasMore]).toEqual([51, false]);
  });

  it('end when their owner signs out, and are not shown to who signs in next', async () => {
    const chat = connectChat();
    const people = [uniqueEmail('Bob'), uniqueEmail('Cy')];
    const { userId } = await chat.auth.signUp({
      email: people[0] as string,
      password: PASSWORD,
      name: 'Bob',
    });
    const ada = await joinChat('Ada');
    await (await ada.chat.channels.open({ dm: userId })).messages.send('for Bob');
    const list = watch(chat.notifications);
    await list.until((state) => isLive(state) && state.unreadCount === 1);
    await chat.auth.signOut();
    expect(await list.until(({ connection }) => connection === 'ended')).toMatchObject({
      notifications: [],
      unreadCount: 0,
    });
    await chat.auth.signUp({ email: people[1] as string, password: PASSWORD, name: 'Cy' });
    const next = watch(chat.notifications);
    expect((await next.until(isLive)).notifications).toEqual([]);
    expect(list.state?.connection).toBe('ended');
  });
});

describe('a list of notifications', () => {
  it('is paged by id and holds the types that were asked for', async () => {
    const { ada, bob, dm } = await adaAndBob();
    for (const text of ['one', 'two', 'three']) await dm.messages.send(text);
    await ada.chat.channels.create({ slug: `c-${randomUUID()}`, memberIds: [bob.id] });
    const { notifications } = bob.chat;
    const page = await notifications.list({ types: ['dm'], limit: 2 });
    const rest = await notifications.list({ types: ['dm'], before: page.at(-1)?.id as string });
    expect([...page, ...rest].map(({ text }) => text)).toEqual(['three', 'two', 'one']);
    expect(
      (await notifications.list({ types: ['channel_invite', 'mention'] })).map(({ type }) => type),
    ).toEqual(['channel_invite']);
  });

  it.each([
    ['a page of 201', { limit: 201 }, 'invalid_page_size'],
    ['a page of none', { limit: 0 }, 'invalid_page_size'],
    ['a type that there is not', { types: ['call' as 'dm'] }, 'invalid_notification_type'],
    ['no type at all', { types: [] }, 'invalid_notification_type'],
    ['a cursor that is no id', { before: 'x' }, 'invalid_input'],
  ])('refuses %s', async (_what, options, code) => {
    const { chat } = await joinChat('Ada');
    const refused = await chat.notifications.list(options).catch((error: unknown) => error);
    expect(isChatError(refused) && refused.code).toBe(code);
  });

  it('has nothing to delete that is not there', async () => {
    const { chat } = await joinChat('Ada');
    const refused = await chat.notifications.delete(randomUUID()).catch((error: unknown) => error);
    expect(isChatError(refused) && refused.code).toBe('notification_not_found');
  });
});
