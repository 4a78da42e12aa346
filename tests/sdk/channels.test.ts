import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Channels, ChannelsState } from '../../sdk/src/index.ts';
import { closeChats, joinChat, joinPair, observe } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';

afterEach(closeChats);
afterAll(() => database.end());

const originalFetch = globalThis.fetch;
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

  it('counts the members of a channel on screen, and of a small one wherever one is', async () => {
    const { ada, bob, adas } = await joinPair('public');
    const eve = await joinChat('Eve');
    const lists = [ada, bob].map(({ chat }) => observe(chat.channels.subscribe));
    const count = (members: number) =>
      Promise.all(lists.map((list) => list.until(({ channels: [first] }) => first?.memberCount === members)));
    const open = observe(adas.messages.subscribe);
    await Promise.all([count(2), open.until(({ connection }) => connection === 'live')]);
    await (await eve.chat.channels.open(adas.id)).join();
    await count(3);
    await adas.members.remove(eve.id);
    await lists[0]?.until(({ channels: [first] }) => first?.memberCount === 2);
  });

  it('are made once and joined although the answer got lost', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const lose = (rpc: string) => {
      let isLost = false;
      const real = fetched.getMockImplementation() ?? originalFetch;
      fetched.mockImplementation(async (...request) => {
        const answer = await real(...request);
        if (isLost || !String(request[0]).endsWith(`/rpc/${rpc}`)) return answer;
        isLost = true;
        throw new TypeError('the answer got lost');
      });
    };
    try {
      const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
      for (const rpc of ['create_channel', 'create_group', 'join_channel']) lose(rpc);
      const channel = await ada.chat.channels.create({ slug: slug() });
      const group = await ada.chat.channels.createGroup({ memberIds: [bob.id] });
      await (await bob.chat.channels.open(channel.id)).join();
      const created = fetched.mock.calls.filter(([url]) => String(url).endsWith('/rpc/create_channel'));
      expect(created).toHaveLength(2);
      const ids = (await ada.chat.channels.list()).map(({ id }) => id);
      expect(new Set(ids)).toEqual(new Set([group.id, channel.id]));
      expect(ids).toHaveLength(2);
      expect((await ada.chat.channels.open(channel.id)).info?.memberCount).toBe(2);
    } finally {
      fetched.mockRestore();
    }
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
    const { seq } = await channel.messages.send('mine');
    await list.until(({ channels }) => channels[0]?.lastSeq === seq);
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

describe('one channel', () => {
  it('tells what the caller may do, live, and refuses the rest with a code', async () => {
    const { bob, adas, bobs } = await joinPair();
    const view = observe(bobs.subscribe);
    await view.until((state) => state.connection === 'live' && state.info !== null);
    expect([bobs.can('send_message'), bobs.can('update_channel'), bobs.can('leave')]).toEqual([
      true,
      false,
      true,
    ]);
    await expect(bobs.update({ name: 'Mine' })).rejects.toMatchObject({ code: 'not_a_channel_admin' });
    await adas.members.setRole(bob.id, 'admin');
    await view.until(({ info }) => info?.capabilities.includes('update_channel') === true);
    await bobs.update({ name: 'Ours', description: 'of both', custom: { colour: 'blue' } });
    expect(bobs.info).toMatchObject({ name: 'Ours', description: 'of both', custom: { colour: 'blue' } });
    await adas.archive();
    await view.until(({ info }) => info?.archivedAt != null && !info.capabilities.includes('send_message'));
    await expect(bobs.messages.send('too late')).rejects.toMatchObject({ code: 'channel_archived' });
    await adas.unarchive();
    await view.until(({ info }) => info?.archivedAt === null && bobs.can('send_message'));
    await adas.members.remove(bob.id);
    await view.until(({ info }) => info === null);
    expect(bobs.can('send_message')).toBe(false);
  });

  it('stays, with somebody whose account is gone, and can only be read', async () => {
    const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
    const dm = await ada.chat.channels.open({ dm: bob.id });
    await dm.messages.send('Hello');
    const view = observe(dm.subscribe);
    await view.until(({ connection, info }) => connection === 'live' && info !== null);
    await database`update auth.users set deleted_at = now() where id = ${bob.id}`;
    await view.until(({ info }) => info?.archivedAt != null && !info.capabilities.includes('send_message'));
    await expect(dm.messages.send('Bob?')).rejects.toMatchObject({ code: 'channel_archived' });
    const [kept] = await ada.chat.channels.list();
    expect(kept).toMatchObject({ id: dm.id, name: 'Deleted user', memberCount: 1 });
  });

  it('changes hands, and only then may its owner leave', async () => {
    const { ada, bob, adas, bobs } = await joinPair();
    expect(adas.info?.ownerId).toBe(ada.id);
    await expect(adas.leave()).rejects.toMatchObject({ code: 'creator_cannot_leave' });
    await expect(bobs.transfer(bob.id)).rejects.toMatchObject({ code: 'not_a_channel_admin' });
    await adas.transfer(bob.id);
    await adas.leave();
    expect(adas.info).toBeNull();
    await bobs.update({ name: 'Mine now' });
    expect(bobs.info).toMatchObject({ ownerId: bob.id, role: 'admin', name: 'Mine now' });
  });

  it('is gone for everybody once deleted, and its slug is free', async () => {
    const { ada, adas, bobs } = await joinPair('public');
    const name = adas.info?.slug as string;
    await expect(bobs.delete()).rejects.toMatchObject({ status: 403 });
    await adas.delete();
    await expect(ada.chat.channels.open(name)).rejects.toMatchObject({ code: 'channel_not_found' });
    expect((await ada.chat.channels.create({ slug: name })).info?.slug).toBe(name);
  });

  it('is pinned, muted, hidden and loud for one member only', async () => {
    const { adas, bobs } = await joinPair();
    const until = new Date(Date.now() + 60_000);
    await bobs.setSettings({ isPinned: true, mutedUntil: until, notifyLevel: 'all' });
    expect(bobs.info?.settings).toEqual({
      isPinned: true,
      mutedUntil: until,
      isHidden: false,
      notifyLevel: 'all',
    });
    await bobs.setSettings({ isPinned: false, mutedUntil: 'forever', isHidden: true, notifyLevel: null });
    expect(bobs.info?.settings).toEqual({
      isPinned: false,
      mutedUntil: 'forever',
      isHidden: true,
      notifyLevel: null,
    });
    const view = observe(bobs.subscribe);
    await view.until(({ info }) => info?.settings.isHidden === true);
    await adas.messages.send('look');
    await view.until(({ info }) => info?.settings.isHidden === false);
    expect(adas.info?.settings).toEqual({
      isPinned: false,
      mutedUntil: null,
      isHidden: false,
      notifyLevel: null,
    });
  });
});

describe('groups', () => {
  it('have no slug, go by the names of the others, and each of them may add people', async () => {
    const [ada, bob, cy] = await Promise.all(['Ada', 'Bob', 'Cy'].map((name) => joinChat(name)));
    if (!ada || !bob || !cy) throw new Error('unable to join');
    const group = await ada.chat.channels.createGroup({ memberIds: [bob.id] });
    expect(group.info).toMatchObject({ kind: 'group', slug: null, name: 'Bob' });
    const bobs = await bob.chat.channels.open(group.id);
    await bobs.members.add([cy.id]);
    expect((await cy.chat.channels.open(group.id)).info?.name).toBe('Ada, Bob');
    await bobs.update({ name: 'Three of us' });
    expect((await cy.chat.channels.open(group.id)).info?.name).toBe('Three of us');
    await expect(ada.chat.channels.createGroup({ memberIds: [ada.id] })).rejects.toMatchObject({
      code: 'too_few_members',
    });
  });
});
