/** Threads live: replies, their root, and the list of those one follows. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { Channel, MessagesState, Thread, ThreadState, ThreadsState } from '../../sdk/src/index.ts';
import { type ChatUser, closeChats, joinChat, observe } from '../helpers/chat.ts';

afterEach(closeChats);

const watchThread = (thread: Thread) =>
  observe((listener: (state: ThreadState) => void) => thread.subscribe(listener));
const watchChannel = (channel: Channel) =>
  observe((listener: (state: MessagesState) => void) => channel.messages.subscribe(listener));
const watchList = ({ chat }: ChatUser) =>
  observe((listener: (state: ThreadsState) => void) => chat.threads.subscribe(listener));
const isLive = ({ connection }: { connection: string }) => connection === 'live';
const bodies = ({ replies }: ThreadState) => replies.map(({ body }) => body);

/** Two people in a channel with a message of the first. */
async function pair() {
  const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
  const adas = await ada.chat.channels.create({
    slug: `c-${randomUUID()}`,
    kind: 'private',
    memberIds: [bob.id],
  });
  const bobs = await bob.chat.channels.open(adas.id);
  const root = await adas.messages.send('a question');
  return { ada, bob, adas, bobs, rootSeq: root.seq as number };
}

it('shows its root and the replies to it, and the channel only their number', async () => {
  const { bob, adas, bobs, rootSeq } = await pair();
  const view = watchThread(adas.thread(rootSeq));
  const channel = watchChannel(adas);
  await Promise.all([view.until((state) => isLive(state) && state.root !== null), channel.until(isLive)]);
  await bobs.thread(rootSeq).send('an answer');
  await bobs.thread(rootSeq).send('for all to see', { alsoInChannel: true });
  const state = await view.until(({ root, replies }) => replies.length === 2 && root?.replyCount === 2);
  expect(bodies(state)).toEqual(['an answer', 'for all to see']);
  expect(state.root).toMatchObject({ body: 'a question', replyUserIds: [bob.id] });
  const shown = await channel.until(
    ({ messages }) =>
      messages.at(-1)?.body === 'for all to see' &&
      messages.find(({ seq }) => seq === rootSeq)?.replyCount === 2,
  );
  expect(shown.messages.map(({ body }) => body)).not.toContain('an answer');
});

it('shows own replies at once, and edits, reactions and deletions of all of them', async () => {
  const { adas, bobs, rootSeq } = await pair();
  const views = [watchThread(adas.thread(rootSeq)), watchThread(bobs.thread(rootSeq))] as const;
  await Promise.all(views.map((view) => view.until((state) => isLive(state) && state.root !== null)));
  const sent = bobs.thread(rootSeq).send('first');
  await views[1].until((state) => state.replies.length === 1);
  expect(views[1].state?.replies[0]).toMatchObject({ body: 'first', parentSeq: rootSeq });
  const { seq } = await sent;
  await bobs.messages.edit(seq as number, { body: 'second' });
  await adas.reactions.add(seq as number, '👍');
  await adas.messages.edit(rootSeq, { body: 'a better question' });
  await Promise.all(
    views.map((view) =>
      view.until(
        ({ root, replies: [reply] }) =>
          reply?.body === 'second' && reply.reactions.length === 1 && root?.body === 'a better question',
      ),
    ),
  );
  expect(views[0].state?.replies[0]?.reactions).toEqual([{ emoji: '👍', count: 1, isMine: true }]);
  expect(views[1].state?.replies[0]?.reactions).toEqual([{ emoji: '👍', count: 1, isMine: false }]);
  await bobs.messages.delete(seq as number);
  const state = await views[0].until(({ replies: [reply] }) => reply?.deletedAt !== null);
  expect(state.replies).toHaveLength(1);
  await views[0].until(({ root }) => root?.replyCount === 0);
});

it('is listed with its unread replies for those who follow it, until they have read it or follow no longer', async () => {
  const { ada, adas, bobs, rootSeq } = await pair();
  const list = watchList(ada);
  await list.until(isLive);
  await bobs.thread(rootSeq).send('one');
  await bobs.thread(rootSeq).send('two');
  const state = await list.until(({ threads: [thread] }) => thread?.unreadCount === 2);
  expect(state.threads[0]).toMatchObject({ channelId: adas.id, root: { body: 'a question', replyCount: 2 } });
  expect(await ada.chat.threads.list()).toEqual(state.threads);
  await adas.thread(rootSeq).markRead();
  await list.until(({ threads: [thread] }) => thread?.unreadCount === 0);
  await adas.thread(rootSeq).unfollow();
  await list.until(({ threads }) => threads.length === 0);
  await adas.thread(rootSeq).follow();
  await list.until(({ threads }) => threads.length === 1);
});

it('tells whether one follows it, also when that was changed elsewhere or by a reply', async () => {
  const { adas, bobs, rootSeq } = await pair();
  const [adasView, bobsView] = [watchThread(adas.thread(rootSeq)), watchThread(bobs.thread(rootSeq))];
  await Promise.all([adasView.until(isLive), bobsView.until(isLive)]);
  expect(bobsView.state?.isFollowing).toBe(false);
  await bobs.thread(rootSeq).send('a reply');
  await adasView.until(({ isFollowing }) => isFollowing);
  await bobsView.until(({ isFollowing }) => isFollowing);
  await adas.thread(rootSeq).unfollow();
  await adasView.until(({ isFollowing }) => !isFollowing);
});

it('is refused to somebody who is not in the channel', async () => {
  const { adas, rootSeq } = await pair();
  const eve = await joinChat('Eve');
  const own = await eve.chat.channels.create({ slug: `c-${randomUUID()}` });
  await expect(own.thread(999).send('to nobody')).rejects.toMatchObject({ code: 'message_not_found' });
  await expect(own.thread(999).follow()).rejects.toMatchObject({ code: 'message_not_found' });
  expect(await adas.messages.list().then((messages) => messages.at(-1)?.seq)).toBe(rootSeq);
});

it('without a root shows nothing and disturbs nobody who looks at the channel', async () => {
  const { adas } = await pair();
  const channel = watchChannel(adas);
  await channel.until(isLive);
  const view = watchThread(adas.thread(999));
  await view.until(isLive);
  await adas.messages.send('still here');
  await channel.until(({ messages }) => messages.at(-1)?.body === 'still here');
  expect(view.state).toMatchObject({ root: null, replies: [], connection: 'live' });
  expect(channel.states.some(({ connection }) => connection === 'ended')).toBe(false);
});
