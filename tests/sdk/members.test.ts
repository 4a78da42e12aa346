/** Who is in a channel: pages, verbs, and a list that follows them. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { MembersState } from '../../sdk/src/index.ts';
import { closeChats, joinChat, joinPair, observe } from '../helpers/chat.ts';

afterEach(closeChats);

const names = ({ members }: MembersState) => members.map(({ user }) => user.name);

describe('the live list of members', () => {
  it('shows admins first, who joins and leaves, and changes of roles', async () => {
    const { bob, adas, bobs } = await joinPair();
    const list = observe(bobs.members.subscribe);
    await list.until((state) => state.connection === 'live' && state.members.length === 2);
    expect(list.state?.members.map(({ user, role }) => [user.name, role])).toEqual([
      ['Ada', 'admin'],
      ['Bob', 'member'],
    ]);
    const aaron = await joinChat('Aaron');
    await adas.members.add([aaron.id]);
    await list.until((state) => names(state).join() === 'Ada,Aaron,Bob');
    await adas.members.setRole(bob.id, 'admin');
    await list.until((state) => names(state).join() === 'Ada,Bob,Aaron');
    await adas.members.remove(aaron.id);
    await list.until((state) => names(state).join() === 'Ada,Bob');
  });

  it('goes on after somebody was taken out, which moves the channel to another topic', async () => {
    const { bob, adas } = await joinPair();
    const list = observe(adas.members.subscribe);
    await list.until((state) => state.connection === 'live');
    await adas.members.remove(bob.id);
    await list.until((state) => names(state).join() === 'Ada');
    await adas.members.add([bob.id]);
    await list.until((state) => names(state).join() === 'Ada,Bob');
  });
});

it('what is live of a channel shows nothing more once its reader has signed out', async () => {
  const { bob, bobs } = await joinPair();
  const views = [
    observe(bobs.members.subscribe),
    observe(bobs.receipts.subscribe),
    observe(bobs.pins.subscribe),
  ];
  for (const view of views) await view.until((state) => state.connection === 'live');
  await bob.chat.auth.signOut();
  const ended = await Promise.all(views.map((view) => view.until((state) => state.connection === 'ended')));
  expect(ended).toMatchObject([{ members: [] }, { receipts: [] }, { messages: [] }]);
});

describe('verbs', () => {
  it('a banned member is out, listed, and back only once the ban is lifted', async () => {
    const { bob, adas, bobs } = await joinPair('public');
    await adas.members.ban(bob.id, { reason: 'noise' });
    await expect(bobs.messages.list()).rejects.toMatchObject({ code: 'not_a_member' });
    await expect(bobs.join()).rejects.toMatchObject({ code: 'user_banned' });
    expect(await adas.members.listBans()).toMatchObject([
      { user: { id: bob.id }, reason: 'noise', until: 'forever' },
    ]);
    expect(await bobs.members.listBans()).toEqual([]);
    await adas.members.unban(bob.id);
    await bobs.join();
    expect(bobs.info?.role).toBe('member');
  });

  it('a ban may end by itself, and not in the past', async () => {
    const { bob, adas } = await joinPair();
    const until = new Date(Date.now() + 3_600_000);
    await adas.members.ban(bob.id, { until });
    expect((await adas.members.listBans())[0]?.until).toEqual(until);
    await expect(adas.members.ban(bob.id, { until: new Date(0) })).rejects.toMatchObject({
      code: 'invalid_time',
    });
  });

  it('a member who is no admin may not add, remove, ban or give roles', async () => {
    const { ada, bob, adas, bobs } = await joinPair();
    const refused = { code: 'not_a_channel_admin', status: 403 };
    await expect(bobs.members.add([ada.id])).rejects.toMatchObject(refused);
    await expect(bobs.members.remove(ada.id)).rejects.toMatchObject(refused);
    await expect(bobs.members.ban(ada.id)).rejects.toMatchObject(refused);
    await expect(bobs.members.setRole(bob.id, 'admin')).rejects.toMatchObject(refused);
    expect(await adas.members.list()).toHaveLength(2);
  });

  it('the owner stays, and whoever is not there cannot be taken out', async () => {
    const { ada, bob, adas, bobs } = await joinPair();
    await adas.members.setRole(bob.id, 'admin');
    await expect(bobs.members.remove(ada.id)).rejects.toMatchObject({ code: 'creator_cannot_leave' });
    await expect(adas.members.remove(randomUUID())).rejects.toMatchObject({ code: 'member_not_found' });
    await expect(adas.members.add([randomUUID()])).rejects.toMatchObject({ code: 'user_not_found' });
  });
});

it('pages go through all members once, and a query finds how names begin', async () => {
  const { adas } = await joinPair();
  const others = await Promise.all(['Cy', 'Dora', 'Dora%'].map((name) => joinChat(name)));
  await adas.members.add(others.map(({ id }) => id));
  const found: string[] = [];
  for (let page = await adas.members.list({ limit: 2 }); page.length > 0; ) {
    found.push(...page.map(({ user }) => user.id));
    page = await adas.members.list({ limit: 2, after: found.at(-1) as string });
  }
  expect(found).toHaveLength(5);
  expect(new Set(found).size).toBe(5);
  const dora = await adas.members.list({ query: 'dora' });
  expect(dora.map(({ user }) => user.name).sort()).toEqual(['Dora', 'Dora%']);
  expect((await adas.members.list({ query: 'dora%' })).map(({ user }) => user.name)).toEqual(['Dora%']);
});
