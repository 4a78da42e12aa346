/** What everyone signed in hears of everyone, asked of Realtime itself with the real client. */
import { afterEach, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { listen, listenToEveryone } from '../helpers/listen.ts';
import { connect, type Person, signUp } from '../helpers/people.ts';

const people: Person[] = [];

afterEach(async () => {
  await Promise.all(people.splice(0).map(({ supabase }) => supabase.realtime.disconnect()));
});

async function person(name: string): Promise<Person> {
  const somebody = await signUp(name);
  people.push(somebody);
  return somebody;
}

const topicOf = async ({ supabase }: Person) =>
  (await supabase.rpc('get_presence_topic').throwOnError()).data;

/** What was heard of one person, as others may change at the same time. */
const heardOf = (ear: Awaited<ReturnType<typeof listen>>, event: string, id: string) =>
  ear.heard.filter(({ event: name, payload }) => name === event && (payload.user_id ?? payload.id) === id);

/** Somebody who is shut out in another test moves the topic of everyone, and what is said meanwhile is not heard. */
const movable = { retry: 3 };

it('everyone hears how somebody is now, without what they chose', movable, async () => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const ear = await listenToEveryone(bob);
  await ada.supabase.rpc('heartbeat').throwOnError();
  await ada.supabase.rpc('heartbeat').throwOnError();
  await ada.supabase.rpc('set_status', { status_text: 'Lunch', status_emoji: '🍜' }).throwOnError();
  await ada.supabase.rpc('set_presence', { status: 'offline' }).throwOnError();
  await expect.poll(() => heardOf(ear, 'presence:changed', ada.id).length).toBe(3);
  const [online, lunch, hidden] = heardOf(ear, 'presence:changed', ada.id).map(({ payload }) => payload);
  const fields = [
    'activity',
    'last_seen_at',
    'status',
    'status_emoji',
    'status_expires_at',
    'status_text',
    'updated_at',
    'user_id',
  ];
  expect(
    Object.keys(online ?? {})
      .filter((key) => key !== 'id')
      .sort(),
  ).toEqual(fields);
  expect(online).toMatchObject({ status: 'online', status_text: null });
  expect(lunch).toMatchObject({ status: 'online', status_text: 'Lunch', status_emoji: '🍜' });
  expect(hidden).toMatchObject({ status: 'offline', status_text: 'Lunch' });
});

it('everyone hears of a profile that changes', movable, async () => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const ear = await listenToEveryone(bob);
  await ada.supabase.rpc('update_profile', { name: 'Ada L.' }).throwOnError();
  await expect.poll(() => heardOf(ear, 'user:updated', ada.id).length).toBe(1);
  const { payload } = heardOf(ear, 'user:updated', ada.id)[0] ?? {};
  expect(payload).toMatchObject({ id: ada.id, name: 'Ada L.', title: null, custom: {} });
});

it('everyone hears that somebody vanished, by the next beat of anybody', movable, async () => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  await ada.supabase.rpc('heartbeat').throwOnError();
  const ear = await listenToEveryone(bob);
  await database`
    update chat_private.connections set seen_at = now() - interval '2 minutes', gone_at = now() where user_id = ${ada.id}`;
  await database`update chat_private.presence_sweeps set swept_at = '-infinity'`;
  await bob.supabase.rpc('heartbeat').throwOnError();
  await expect
    .poll(() => heardOf(ear, 'presence:changed', ada.id).at(-1)?.payload)
    .toMatchObject({ status: 'offline' });
});

it('who is not signed in does not hear, and nobody speaks', movable, async () => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const topic = await topicOf(ada);
  await expect(listen({ supabase: connect() }, topic)).rejects.toThrow(/do not have permissions/);
  const [ear, mouth] = [await listenToEveryone(ada), await listenToEveryone(bob)];
  await mouth.channel.httpSend('presence:changed', { user_id: ada.id, status: 'busy' }).catch(() => {});
  void mouth.channel.send({ type: 'broadcast', event: 'presence:changed', payload: { user_id: ada.id } });
  await ada.supabase.rpc('heartbeat').throwOnError();
  await expect.poll(() => heardOf(ear, 'presence:changed', ada.id)).toHaveLength(1);
  expect(heardOf(ear, 'presence:changed', ada.id)[0]?.payload.status).toBe('online');
});
