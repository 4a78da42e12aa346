import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Channels, ChannelsState } from '../../sdk/src/index.ts';
import { closeChats, joinChat, observe } from '../helpers/chat.ts';

afterEach(closeChats);

const slug = () => `c-${randomUUID()}`;
const watch = (channels: Channels) => observe<ChannelsState, { unsubscribe(): void }>(channels.subscribe);
const isLive = (state: ChannelsState) => state.connection === 'live';

describe('the live list of channels', () => {
  it('shows a channel one is added to, its unread messages, and forgets it when one is removed', async () => {
    const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
    const list = watch(bob.chat.channels);
    await list.until(isLive);
    const channel = await ada.chat.channels.create({ slug: slug(), kind: 'private', memberIds: [bob.id] });
    await list.until(({ channels }) => channels.length === 1);
    await channel.messages.send('one');
    await channel.messages.send('two');
    await list.until(({ channels }) => channels[0]?.unreadCount === 2);
    await (await bob.chat.channels.open(channel.id)).markRead(2);
    await list.until(({ channels }) => channels[0]?.unreadCount === 1);
    await channel.members.remove(bob.id);
    await list.until(({ channels }) => channels.length === 0);
  });

  it('puts the most recently active channel first', async () => {
    const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
    const make = () => ada.chat.channels.create({ slug: slug(), kind: 'private', memberIds: [bob.id] });
    const [first, second] = [await make(), await make()];
    const list = watch(bob.chat.channels);
    await list.until(({ channels }) => channels.length === 2 && channels[0]?.id === second.id);
    await first.messages.send('hi');
    await list.until(({ channels }) => channels[0]?.id === first.id);
  });

  it('does not count own messages, whichever device sent them', async () => {
    const ada = await joinChat('Ada');
    const list = watch(ada.chat.channels);
    const channel = await ada.chat.channels.create({ slug: slug() });
    await list.until((state) => isLive(state) && state.channels.length === 1);
    await channel.messages.send('mine');
    await list.until(({ channels }) => channels[0]?.lastSeq === 1);
    expect(list.state?.channels[0]?.unreadCount).toBe(0);
  });
});

describe('opening', () => {
  it('finds a public channel by slug before and after joining', async () => {
    const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
    const name = slug();
    await ada.chat.channels.create({ slug: name });
    const channel = await bob.chat.channels.open(name);
    expect(channel.info).toBeNull();
    await channel.join();
    expect((await bob.chat.channels.open(name)).info).toMatchObject({ slug: name, role: 'member' });
  });

  it('gives the same direct messages to both', async () => {
    const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
    const [one, two] = await Promise.all([
      ada.chat.channels.open({ dm: bob.id }),
      bob.chat.channels.open({ dm: ada.id }),
    ]);
    expect(one.id).toBe(two.id);
    expect(one.info?.dmUser?.name).toBe('Bob');
    await expect(one.leave()).rejects.toMatchObject({ code: 'dm_is_permanent' });
  });

  it('says that a channel which does not exist was not found', async () => {
    const ada = await joinChat('Ada');
    for (const name of [slug(), randomUUID(), 'not a slug']) {
      await expect(ada.chat.channels.open(name)).rejects.toMatchObject({ code: 'channel_not_found' });
    }
  });
});

describe('lists', () => {
  it('page through everything without doubles', async () => {
    const ada = await joinChat('Ada');
    for (let n = 0; n < 5; n += 1) await ada.chat.channels.create({ slug: slug() });
    const ids = [];
    for (let page = await ada.chat.channels.list({ limit: 2 }); page.length > 0; ) {
      ids.push(...page.map(({ id }) => id));
      page = await ada.chat.channels.list({ limit: 2, after: page.at(-1) as (typeof page)[number] });
    }
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });
});
