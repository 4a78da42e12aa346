/**
 * Who is removed, banned, suspended or deleted hears nothing more, on a connection that stays open, with a token that
 * is still valid, and with a client that heeds nothing it is told.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { type Listener, listen, listenToEveryone } from '../helpers/listen.ts';
import { connect, type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const people: Person[] = [];

afterEach(async () => {
  await Promise.all(people.splice(0).map(({ supabase }) => supabase.realtime.disconnect()));
});
afterAll(() => database.end());

const operator = connect(stack.secretKey);

/** What Bob listens to: a channel's own topic and its live one, of each kind, his own and everyone's. */
const KINDS = ['public', 'private', 'group', 'dm'] as const;
type Kind = (typeof KINDS)[number];
type Ear = Kind | `live ${Kind}` | 'user' | 'presence';

const LEFT: readonly Ear[] = ['public', 'private', 'group', 'live public', 'live private', 'live group'];

interface Scene {
  ada: Person;
  bob: Person;
  channels: Record<Kind, string>;
  ears: Record<Ear, Listener>;
}

const epochOf = async (channel: string) => {
  const [row] = await database`select epoch from chat.channels where id = ${channel}`;
  return row?.epoch as number;
};

/** Ada and Bob share a channel of each kind, and Bob has an ear on everything. */
async function scene(): Promise<Scene> {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  people.push(ada, bob);
  const make = async (kind: 'public' | 'private') => {
    const wish = { slug: `r-${randomUUID()}`, kind, member_ids: [bob.id] };
    return (await ada.supabase.rpc('create_channel', wish).single().throwOnError()).data.id;
  };
  const group = await ada.supabase
    .rpc('create_group', { member_ids: [bob.id] })
    .single()
    .throwOnError();
  const dm = await ada.supabase.rpc('open_dm', { user_id: bob.id }).single().throwOnError();
  const channels = {
    public: await make('public'),
    private: await make('private'),
    group: group.data.id,
    dm: dm.data.id,
  };
  // A first beat, so that a change of presence is one.
  await ada.supabase.rpc('set_presence', { status: 'away' }).throwOnError();

  const topics: [Ear, string][] = [['user', `user:${bob.id}`]];
  for (const kind of KINDS) {
    const place = `${channels[kind]}:${await epochOf(channels[kind])}`;
    topics.push([kind, `channel:${place}`], [`live ${kind}`, `live:${place}`]);
  }
  const ears = await Promise.all([
    ...topics.map(async ([ear, topic]) => [ear, await listen(bob, topic)] as const),
    listenToEveryone(bob).then((ear) => ['presence', ear] as const),
  ]);
  return { ada, bob, channels, ears: Object.fromEntries(ears) as Record<Ear, Listener> };
}

/** Says something to everybody who may hear it, everywhere, and waits until Bob's connection has brought what came. */
async function speakEverywhere({ ada, bob, channels }: Scene): Promise<void> {
  for (const kind of KINDS) {
    // Not as Ada, who may say nothing to somebody whose account is gone.
    await database`insert into chat.messages (channel_id, author_id, body) values (${channels[kind]}, ${ada.id}, 'secret')`;
    const live = await listen(ada, `live:${channels[kind]}:${await epochOf(channels[kind])}`);
    expect(
      await live.channel.send({ type: 'broadcast', event: 'typing:user', payload: { secret: true } }),
    ).toBe('ok');
  }
  await ada.supabase.rpc('set_presence', { status: 'busy' }).throwOnError();
  await database`select chat_private.tell_user(${bob.id}, 'notification:new', '{"secret": true}')`;

  const control = `control-${randomUUID()}`;
  const arrived = new Promise<void>((resolve, reject) => {
    const channel = bob.supabase.channel(control, { config: { broadcast: { replication_ready: true } } });
    channel.on('broadcast', { event: 'end' }, () => resolve());
    channel.on('system', {}, ({ message }: { message: string }) => {
      if (message === 'Replication connection established') {
        void database`select realtime.send('{}', 'end', ${control}, false)`.then(() => {}, reject);
      }
    });
    channel.subscribe();
  });
  await arrived;
}

/** What was said after the act: what was said before may come late. */
const isSecret = ({ payload }: Listener['heard'][number]) =>
  payload.body === 'secret' || payload.secret === true || payload.status === 'busy';

/** Which of Bob's ears have heard something of what was said after the act. */
async function hearing(bring: (scene: Scene) => PromiseLike<unknown>): Promise<Ear[]> {
  const whole = await scene();
  await bring(whole);
  await speakEverywhere(whole);
  return (Object.entries(whole.ears) as [Ear, Listener][])
    .filter(([, { heard }]) => heard.some(isSecret))
    .map(([ear]) => ear)
    .sort();
}

const EVERYTHING = [...KINDS, ...KINDS.map((kind) => `live ${kind}` as const), 'user', 'presence'].sort();
/** Of what was left; the topic of everyone is another matter. */
const ALL_BUT_LEFT = EVERYTHING.filter((ear) => ear !== 'presence' && !LEFT.includes(ear as Ear));

describe('a member', () => {
  // Whoever is suspended elsewhere meanwhile moves the topic of everyone.
  it('hears all of it', { retry: 3 }, async () => {
    expect(await hearing(async () => {})).toEqual(EVERYTHING);
  });

  const everyChannelButTheDm = ({ channels }: Scene) => [channels.public, channels.private, channels.group];

  it('who is removed hears nothing more of the channel', async () => {
    const remove = async (all: Scene) => {
      for (const channel_id of everyChannelButTheDm(all)) {
        await all.ada.supabase.rpc('remove_member', { channel_id, user_id: all.bob.id }).throwOnError();
      }
    };
    expect((await hearing(remove)).filter((ear) => ear !== 'presence')).toEqual(ALL_BUT_LEFT);
  });

  it('who is banned hears nothing more of the channel', async () => {
    const ban = async (all: Scene) => {
      for (const channel_id of everyChannelButTheDm(all)) {
        await all.ada.supabase.rpc('ban_member', { channel_id, user_id: all.bob.id }).throwOnError();
      }
    };
    expect((await hearing(ban)).filter((ear) => ear !== 'presence')).toEqual(ALL_BUT_LEFT);
  });

  it('who is removed by hand hears nothing more of the channel', async () => {
    const remove = (all: Scene) => database`
      delete from chat.channel_members where user_id = ${all.bob.id} and channel_id = any (${everyChannelButTheDm(all)})`;
    expect((await hearing(remove)).filter((ear) => ear !== 'presence')).toEqual(ALL_BUT_LEFT);
  });

  it('who is banned by hand hears nothing more of the channel', async () => {
    const ban = (all: Scene) => database`
      insert into chat.channel_bans (channel_id, user_id)
      select c, ${all.bob.id} from unnest(${everyChannelButTheDm(all)}::uuid[]) c`;
    expect((await hearing(ban)).filter((ear) => ear !== 'presence')).toEqual(ALL_BUT_LEFT);
  });
});

describe('somebody who is shut out hears nothing more anywhere', () => {
  it('when an admin suspends them', async () => {
    const root = await signUp('Root');
    await database`update chat.accounts set role = 'admin' where user_id = ${root.id}`;
    const suspend = ({ bob }: Scene) =>
      root.supabase.rpc('suspend_user', { user_id: bob.id, reason: 'spam' }).throwOnError();
    expect(await hearing(suspend)).toEqual([]);
  });

  it('when their account is suspended by hand', async () => {
    const suspend = ({ bob }: Scene) =>
      database`update chat.accounts set suspended_at = now() where user_id = ${bob.id}`;
    expect(await hearing(suspend)).toEqual([]);
  });

  // Anybody may hear a public channel, so leaving it does not move its topic.
  const leavePublic = ({ bob, channels }: Scene) =>
    bob.supabase.rpc('leave_channel', { channel_id: channels.public }).throwOnError();

  it('who left a public channel before they are suspended', async () => {
    const leaveAndSuspend = async (all: Scene) => {
      await leavePublic(all);
      await database`update chat.accounts set suspended_at = now() where user_id = ${all.bob.id}`;
    };
    expect(await hearing(leaveAndSuspend)).toEqual([]);
  });

  it('who left a public channel before their account is deleted', async () => {
    const leaveAndDelete = async (all: Scene) => {
      await leavePublic(all);
      const { error } = await operator.auth.admin.deleteUser(all.bob.id);
      if (error) throw error;
    };
    expect(await hearing(leaveAndDelete)).toEqual([]);
  });

  it('when Auth bans them', async () => {
    const ban = async ({ bob }: Scene) => {
      const { error } = await operator.auth.admin.updateUserById(bob.id, { ban_duration: '24h' });
      if (error) throw error;
    };
    expect(await hearing(ban)).toEqual([]);
  });

  it('when their account is deleted', async () => {
    const remove = async ({ bob }: Scene) => {
      const { error } = await operator.auth.admin.deleteUser(bob.id);
      if (error) throw error;
    };
    expect(await hearing(remove)).toEqual([]);
  });
});
