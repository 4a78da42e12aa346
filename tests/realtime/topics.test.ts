/** Who hears and speaks on which topic, asked of Realtime itself with the real client. */
import { afterEach, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { listen } from '../helpers/listen.ts';
import { type Person, signUp } from '../helpers/people.ts';

const people: Person[] = [];

afterEach(async () => {
  await Promise.all(people.splice(0).map(({ supabase }) => supabase.realtime.disconnect()));
});

async function person(name: string): Promise<Person> {
  const somebody = await signUp(name);
  people.push(somebody);
  return somebody;
}

const REFUSED = /You do not have permissions to read from this Channel topic/;

/** A group of Ada and Bob, with its topics. */
async function room() {
  const [ada, bob] = await Promise.all([person('Ada'), person('Bob')]);
  const { data } = await ada.supabase
    .rpc('create_group', { member_ids: [bob.id] })
    .single()
    .throwOnError();
  const id = data.id;
  return { ada, bob, id, topic: `channel:${id}:0`, live: `live:${id}:0` };
}

const say = ({ supabase }: Person, channel: string, body: string) =>
  supabase.rpc('send_message', { channel_id: channel, body }).throwOnError();

describe('the topic of a channel', () => {
  it('brings members the whole message with its author', async () => {
    const { ada, bob, id, topic } = await room();
    const ear = await listen(bob, topic);
    await say(ada, id, 'hello');
    const { payload } = await ear.next('message:new');
    expect(payload).toMatchObject({
      channel_id: id,
      seq: 1,
      body: 'hello',
      author: { id: ada.id, name: 'Ada' },
    });
  });

  it('is closed to strangers, to other epochs and to what is no channel', async () => {
    const { ada, topic, id } = await room();
    const eve = await person('Eve');
    await expect(listen(eve, topic)).rejects.toThrow(REFUSED);
    for (const other of [`channel:${id}:1`, `channel:${id}`, 'channel:x:0', `message:${id}:0`, 'anything']) {
      await expect(listen(ada, other)).rejects.toThrow(REFUSED);
    }
  });

  it('lets nobody speak, so that nobody can forge a message', async () => {
    const { ada, bob, id, topic } = await room();
    const [adas, bobs] = [await listen(ada, topic), await listen(bob, topic)];
    const forged = { channel_id: id, seq: 1, body: 'forged', author: { id: ada.id, name: 'Ada' } };
    await bobs.channel.httpSend('message:new', forged).catch(() => {});
    void bobs.channel.send({ type: 'broadcast', event: 'message:new', payload: forged });
    await say(bob, id, 'honest');
    const { payload } = await adas.next('message:new');
    expect(payload.body).toBe('honest');
    expect(adas.heard.filter(({ event }) => event === 'message:new')).toHaveLength(1);
  });

  it('tells those who stay where the channel went, and the one who is removed nothing more', async () => {
    const { ada, bob, id, topic } = await room();
    const [adas, bobs] = [await listen(ada, topic), await listen(bob, topic)];
    await ada.supabase.rpc('remove_member', { channel_id: id, user_id: bob.id }).throwOnError();
    expect((await adas.next('channel:moved')).payload).toMatchObject({ channel_id: id, epoch: 1 });
    const next = await listen(ada, `channel:${id}:1`);
    await say(ada, id, 'without Bob');
    await Promise.all([next.next('message:new'), bobs.next('channel:moved')]);
    // Bob's connection and token are as good as before; what is said now goes elsewhere.
    expect(bobs.heard.at(-1)?.event).toBe('channel:moved');
    await expect(listen(bob, `channel:${id}:1`)).rejects.toThrow(REFUSED);
  });
});

describe('the live topic', () => {
  it('carries typing from member to member and is closed to strangers', async () => {
    const { ada, bob, live } = await room();
    const eve = await person('Eve');
    const [adas, bobs] = [await listen(ada, live), await listen(bob, live)];
    expect(
      await adas.channel.send({ type: 'broadcast', event: 'typing:user', payload: { isTyping: true } }),
    ).toBe('ok');
    expect((await bobs.next('typing:user')).payload).toEqual({ isTyping: true });
    await expect(listen(eve, live)).rejects.toThrow(REFUSED);
  });
});

describe('the topic of a user', () => {
  it('is heard by that user alone, and tells of messages elsewhere', async () => {
    const { ada, bob, id } = await room();
    await expect(listen(ada, `user:${bob.id}`)).rejects.toThrow(REFUSED);
    const ear = await listen(bob, `user:${bob.id}`);
    await say(ada, id, 'psst');
    expect((await ear.next('channel:bumped')).payload).toMatchObject({ channel_id: id, last_seq: 1 });
  });
});

describe('a session that has ended', () => {
  it('joins nothing, though its token is still valid', async () => {
    const { ada, topic } = await room();
    await database`delete from auth.sessions where user_id = ${ada.id}`;
    await expect(listen(ada, topic)).rejects.toThrow(REFUSED);
  });
});
