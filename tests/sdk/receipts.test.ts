/** Who has read up to where, and how much is unread in all. */
import { afterEach, expect, it } from 'vitest';
import { closeChats, joinChat, joinPair, observe } from '../helpers/chat.ts';

afterEach(closeChats);

it('members see how far the others are, and it never goes back', async () => {
  const { bob, adas, bobs } = await joinPair();
  const seq = (await adas.messages.send('hi')).seq as number;
  const receipts = observe(adas.receipts.subscribe);
  await receipts.until((state) => state.connection === 'live');
  const ofBob = () => receipts.state?.receipts.find(({ userId }) => userId === bob.id);
  await bobs.receipts.markDelivered(seq);
  await receipts.until(() => ofBob()?.deliveredSeq === seq);
  expect(ofBob()).toMatchObject({ readSeq: 0, readAt: null });
  await bobs.markRead(seq);
  await receipts.until(() => ofBob()?.readSeq === seq);
  expect(ofBob()?.readAt).toBeInstanceOf(Date);
  await bobs.markUnread(seq);
  await bobs.receipts.markDelivered(1);
  expect((await adas.receipts.list()).find(({ userId }) => userId === bob.id)?.readSeq).toBe(seq);
});

it('what arrives on a device is said to be delivered, in the list as on screen, by those who share it', async () => {
  const { bob, adas, bobs } = await joinPair();
  const eve = await joinChat('Eve');
  await adas.members.add([eve.id]);
  await eve.chat.preferences.set({ shareReceipts: false });
  const receipts = observe(adas.receipts.subscribe);
  const list = observe(bob.chat.channels.subscribe);
  const eves = observe((await eve.chat.channels.open(adas.id)).messages.subscribe);
  await Promise.all([receipts, list, eves].map((view) => view.until((state) => state.connection === 'live')));
  const deliveredTo = (id: string) =>
    receipts.state?.receipts.find(({ userId }) => userId === id)?.deliveredSeq;
  const first = (await adas.messages.send('to the list')).seq as number;
  await receipts.until(() => deliveredTo(bob.id) === first);
  list.unsubscribe();
  const screen = observe(bobs.messages.subscribe);
  await screen.until((state) => state.connection === 'live');
  const second = (await adas.messages.send('to the screen')).seq as number;
  await receipts.until(() => deliveredTo(bob.id) === second);
  expect(deliveredTo(eve.id) ?? 0).toBe(0);
});

it('a person who keeps it to themself shows no receipts', async () => {
  const { bob, adas, bobs } = await joinPair();
  await bob.chat.preferences.set({ shareReceipts: false });
  const seq = (await adas.messages.send('hi')).seq as number;
  await bobs.markRead(seq);
  expect((await adas.receipts.list()).some(({ userId, readSeq }) => userId === bob.id && readSeq > 0)).toBe(
    false,
  );
});

it('the totals follow messages, mentions, threads, reading, marking as unread and muting', async () => {
  const { bob, adas, bobs } = await joinPair();
  const unread = observe(bob.chat.unread.subscribe);
  await unread.until((state) => state.connection === 'live');
  const root = (await bobs.messages.send('root')).seq as number;
  await adas.messages.send('one');
  const { username } = await bob.chat.users.me();
  const two = (await adas.messages.send(`@${username} two`)).seq as number;
  await adas.thread(root).send('a reply');
  const totals = ({ messages, channels, mentions, threads }: NonNullable<typeof unread.state>) =>
    [messages, channels, mentions, threads].join();
  await unread.until((state) => totals(state) === '2,1,1,1');
  await bobs.setSettings({ mutedUntil: 'forever' });
  await unread.until((state) => totals(state) === '0,0,1,1');
  await bobs.setSettings({ mutedUntil: null });
  await bobs.markRead();
  await bobs.thread(root).markRead();
  await unread.until((state) => totals(state) === '0,0,0,0');
  await bobs.markUnread(two);
  await unread.until((state) => totals(state) === '1,1,1,0');
});
