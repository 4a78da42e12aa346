/** Drafts: here at once, on the server soon, on the other devices then. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { createDrafts } from '../../sdk/src/drafts.ts';
import type { Channel, Chat, Draft, DraftsState } from '../../sdk/src/index.ts';
import { lazy } from '../../sdk/src/internal/lazy.ts';
import { closeChats, connectChat, observe } from '../helpers/chat.ts';
import { openNetwork } from '../helpers/outage.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

afterEach(async () => {
  vi.unstubAllGlobals();
  await closeChats();
});

/** One person on two devices, the first of them behind a network of its own, in a channel. */
async function twoDevices(url: string = stack.apiUrl): Promise<{ one: Chat; two: Chat; channel: Channel }> {
  const account = { email: uniqueEmail(), password: PASSWORD };
  const [one, two] = [connectChat(url), connectChat()];
  await one.auth.signUp({ ...account, name: 'Ada' });
  await two.auth.signIn(account);
  return { one, two, channel: await one.channels.create({ slug: `c-${randomUUID()}` }) };
}

const bodies = ({ drafts }: DraftsState) => drafts.map(({ body }) => body);

it('a draft shows at once here, and on the other device until it is emptied', async () => {
  const { one, two, channel } = await twoDevices();
  const [here, there] = [observe(one.drafts.subscribe), observe(two.drafts.subscribe)];
  await there.until((state) => state.connection === 'live');
  const place = { channelId: channel.id };
  one.drafts.set(place, 'hel');
  one.drafts.set(place, 'hello', { mood: 'good' });
  expect(bodies(here.state as DraftsState)).toEqual(['hello']);
  expect(one.drafts.get(place)?.body).toBe('hello');
  const { drafts } = await there.until((state) => state.drafts.length === 1);
  expect(drafts[0]).toMatchObject({ body: 'hello', custom: { mood: 'good' }, parentSeq: null });
  expect(two.drafts.get(place)?.body).toBe('hello');
  one.drafts.set(place, '');
  expect(one.drafts.get(place)).toBeNull();
  await there.until((state) => state.drafts.length === 0);
});

it('a channel and its threads have drafts of their own', async () => {
  const { one, channel } = await twoDevices();
  const parentSeq = (await channel.messages.send('root')).seq as number;
  one.drafts.set({ channelId: channel.id }, 'for the channel');
  one.drafts.set({ channelId: channel.id, parentSeq }, 'for the thread');
  await one.drafts.flush();
  const later = observe(one.drafts.subscribe);
  const { drafts } = await later.until((state) => state.connection === 'live');
  // Both were saved in the same moment, in either order.
  const texts = new Map(drafts.map((draft: Draft) => [draft.parentSeq, draft.body]));
  expect(texts).toEqual(
    new Map([
      [parentSeq, 'for the thread'],
      [null, 'for the channel'],
    ]),
  );
});

it('what is written during an outage is saved after it, and wins over what was saved before', async () => {
  const network = await openNetwork();
  try {
    const { one, two, channel } = await twoDevices(network.url);
    const there = observe(two.drafts.subscribe);
    await there.until((state) => state.connection === 'live');
    network.cut();
    one.drafts.set({ channelId: channel.id }, 'written in the dark');
    two.drafts.set({ channelId: channel.id }, 'older');
    await two.drafts.flush();
    network.restore();
    await there.until((state) => bodies(state).join() === 'written in the dark');
  } finally {
    await network.close();
  }
});

it('a text that is removed while the list is on its way does not come back', async () => {
  let isSaved = false;
  const releases: (() => void)[] = [];
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
    const response = await fetch(...request);
    const { pathname } = new URL(response.url);
    if (pathname.endsWith('/save_draft')) isSaved = true;
    else if (pathname.endsWith('/drafts') && !isSaved) {
      await new Promise<void>((release) => releases.push(release));
    }
    return response;
  });
  const { one, two, channel } = await twoDevices();
  const place = { channelId: channel.id };
  two.drafts.set(place, 'By the way');
  await two.drafts.flush();
  isSaved = false;
  const { states, until } = observe(one.drafts.subscribe);
  await vi.waitUntil(() => releases.length > 0);
  one.drafts.set(place, '');
  const flushed = one.drafts.flush();
  await vi.waitUntil(() => isSaved);
  await new Promise(setImmediate);
  for (const release of releases) release();
  await Promise.all([flushed, until((state) => state.connection === 'live')]);
  expect(states.flatMap(bodies)).toEqual([]);
});

it('a text that the server refuses stays on this device', async () => {
  const { one, two, channel } = await twoDevices();
  const place = { channelId: channel.id };
  one.drafts.set(place, 'x'.repeat(40_001));
  await one.drafts.flush();
  expect(one.drafts.get(place)?.body).toHaveLength(40_001);
  const there = observe(two.drafts.subscribe);
  expect((await there.until((state) => state.connection === 'live')).drafts).toEqual([]);
});

it('whoever signs in next sees nothing of the drafts before', async () => {
  const { one, channel } = await twoDevices();
  const drafts = observe(one.drafts.subscribe);
  await drafts.until((state) => state.connection === 'live');
  one.drafts.set({ channelId: channel.id }, 'private');
  await one.auth.signOut();
  await drafts.until((state) => state.connection === 'ended' && state.drafts.length === 0);
  expect(one.drafts.get({ channelId: channel.id })).toBeNull();
});

it('saves arrive in the order of the keystrokes, however long one takes', async () => {
  const under: { body: string; answer(): void }[] = [];
  const drafts = createDrafts({
    server: lazy(async () => ({
      drafts: {
        save: ({ body }: Draft) => new Promise<void>((answer) => under.push({ body, answer })),
        subscribe: () => ({ unsubscribe() {} }),
        end() {},
      },
    })),
  });
  const place = { channelId: 'c' };
  drafts.set(place, 'a');
  const first = drafts.flush();
  await vi.waitUntil(() => under.length === 1);
  drafts.set(place, 'ab');
  const second = drafts.flush();
  await new Promise(setImmediate);
  expect(under.map(({ body }) => body)).toEqual(['a']);
  under[0]?.answer();
  await first;
  (await vi.waitUntil(() => under[1])).answer();
  await second;
  expect(under.map(({ body }) => body)).toEqual(['a', 'ab']);
  drafts.close();
});
