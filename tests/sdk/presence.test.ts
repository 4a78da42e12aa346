import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import type { PresenceState } from '../../sdk/src/index.ts';
import { type ChatUser, closeChats, connectChat, joinChat, observe } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';

afterEach(closeChats);

const watch = ({ chat }: ChatUser, ...people: ChatUser[]) => {
  const ids = people.map(({ id }) => id);
  const seen = observe((listener: (state: PresenceState) => void) => chat.presence.subscribe(ids, listener));
  return Object.assign(seen, {
    statusOf: ({ id }: ChatUser) => seen.state?.people.get(id)?.status,
    live: () => seen.until((state) => state.connection === 'live'),
  });
};

/** Lets the last beats of somebody lie so far back that they have gone, for the next beat of another to find. */
async function vanish({ id }: ChatUser): Promise<void> {
  await database`
    update chat_private.connections
       set seen_at = now() - interval '2 minutes', gone_at = now() - interval '1 minute' where user_id = ${id}`;
  await database`update chat_private.presence_sweeps set swept_at = '-infinity'`;
}

it('somebody who signs in is online, and offline at once when they sign out or close the chat', async () => {
  const [ada, bob, eve] = [await joinChat('Ada'), await joinChat('Bob'), await joinChat('Eve')];
  const seen = watch(ada, bob, eve);
  const { people } = await seen.until(
    ({ people: now }) => now.get(bob.id)?.status === 'online' && now.get(eve.id)?.status === 'online',
  );
  expect(people.get(bob.id)?.lastSeenAt).toBeInstanceOf(Date);
  await bob.chat.auth.signOut();
  await seen.until(({ people: now }) => now.get(bob.id)?.status === 'offline');
  expect(seen.statusOf(eve)).toBe('online');
  await eve.chat.close();
  await seen.until(({ people: now }) => now.get(eve.id)?.status === 'offline');
});

it('somebody with two devices is online until the second has gone', async () => {
  const ada = await joinChat('Ada');
  const email = uniqueEmail();
  const phone = connectChat();
  const { userId } = await phone.auth.signUp({ email, password: PASSWORD });
  const laptop = connectChat();
  await laptop.auth.signIn({ email, password: PASSWORD });
  const connections = () => database`select from chat_private.connections where user_id = ${userId}`;
  await vi.waitUntil(async () => (await connections()).length === 2);
  await phone.close();
  expect((await ada.chat.presence.get([userId]))[0]?.status).toBe('online');
  await laptop.auth.signOut();
  expect((await ada.chat.presence.get([userId]))[0]?.status).toBe('offline');
});

it('a tab that closes is offline at once', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  vi.unstubAllGlobals();
  const seen = watch(ada, bob);
  await seen.until(({ people }) => people.get(bob.id)?.status === 'online');
  page.dispatchEvent(new Event('pagehide'));
  await seen.until(({ people }) => people.get(bob.id)?.status === 'offline');
});

it('somebody who vanishes is offline for the others as soon as one of them beats', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  const seen = watch(ada, bob);
  await seen.until(({ people }) => people.get(bob.id)?.status === 'online');
  await vanish(bob);
  ada.chat.presence.setActive(true);
  const { people } = await seen.until((state) => state.people.get(bob.id)?.status === 'offline');
  expect(Date.now() - (people.get(bob.id)?.lastSeenAt?.getTime() ?? 0)).toBeGreaterThan(100_000);
});

it('a chosen presence is seen by others, and hiding by the one who hides alone', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  const [adas, bobs] = [watch(ada, bob), watch(bob, bob)];
  await Promise.all([adas.live(), bobs.live()]);
  expect(await bob.chat.presence.set('busy')).toMatchObject({ status: 'busy', chosen: 'busy' });
  await adas.until(({ people }) => people.get(bob.id)?.status === 'busy');
  await bob.chat.presence.set('offline');
  await adas.until(({ people }) => people.get(bob.id)?.status === 'offline');
  expect(adas.state?.people.get(bob.id)?.chosen).toBeNull();
  await bobs.until(({ people }) => people.get(bob.id)?.chosen === 'offline');
  expect(await bob.chat.presence.set('online')).toMatchObject({ status: 'online', chosen: null });
  await adas.until(({ people }) => people.get(bob.id)?.status === 'online');
  await expect(bob.chat.presence.set('gone' as never)).rejects.toMatchObject({ code: 'invalid_presence' });
});

it('a status is seen by others and disappears by itself when its time has come', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  const seen = watch(ada, bob);
  await seen.live();
  const lunch = { text: 'Lunch', emoji: '🍜' };
  const inAnHour = new Date(Date.now() + 3_600_000);
  await bob.chat.presence.setStatus({ ...lunch, expiresAt: inAnHour });
  const { people } = await seen.until((state) => state.people.get(bob.id)?.statusText === 'Lunch');
  expect(people.get(bob.id)).toMatchObject({ statusEmoji: '🍜', statusExpiresAt: inAnHour });
  const expiresAt = new Date(Date.now() + 5_000);
  await bob.chat.presence.setStatus({ ...lunch, expiresAt });
  await seen.until((state) => state.people.get(bob.id)?.statusText === null);
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 20);
  expect(seen.state?.people.get(bob.id)).toMatchObject({ statusEmoji: null, statusExpiresAt: null });

  expect(await bob.chat.presence.setStatus({ text: 'Back' })).toMatchObject({ statusText: 'Back' });
  expect(await bob.chat.presence.clearStatus()).toMatchObject({ statusText: null });
  await expect(bob.chat.presence.setStatus({ text: 'x'.repeat(101) })).rejects.toMatchObject({
    code: 'invalid_status',
    status: 400,
  });
});

it('people are asked for in any number and come in the order asked; nobody has seen a stranger', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  await vi.waitUntil(async () => (await ada.chat.presence.get([bob.id]))[0]?.status === 'online');
  const strangers = Array.from({ length: 600 }, () => randomUUID());
  const people = await ada.chat.presence.get([...strangers, bob.id, bob.id]);
  expect(people.map(({ userId }) => userId)).toEqual([...strangers, bob.id, bob.id]);
  expect(people[0]).toMatchObject({ status: 'offline', lastSeenAt: null, statusText: null });
  expect(people.at(-1)?.status).toBe('online');
});

it('what is no id is refused at once, and harms nobody else who is watched', async () => {
  const ada = await joinChat('Ada');
  expect(() => ada.chat.presence.subscribe(['ada'], () => {})).toThrow(
    expect.objectContaining({ code: 'invalid_input' }),
  );
  await watch(ada, ada).live();
});

it('signing out ends what was watched, and the next user watches anew', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  const seen = watch(ada, bob);
  await seen.live();
  await ada.chat.auth.signOut();
  expect(seen.state).toEqual({ people: new Map(), connection: 'ended' });
  await ada.chat.auth.signUp({ email: uniqueEmail(), password: PASSWORD });
  await watch(ada, bob).live();
});
