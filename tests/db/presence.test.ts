import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, database, refusal, rolledBack } from '../helpers/database.ts';
import { announced, pass, person, seenBy, sweepIsDue, told } from '../helpers/presence.ts';

afterAll(() => database.end());

describe('somebody who beats', () => {
  it('is online at once, and this is announced once', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      expect(await told(db, ada)).toBeUndefined();
      await ada.beat();
      await ada.beat();
      expect(await told(db, ada)).toBe('online');
      expect(await announced(db, ada)).toMatchObject([
        { user_id: ada.id, status: 'online', status_text: null, status_emoji: null, status_expires_at: null },
      ]);
      expect((await announced(db, ada))[0]).not.toHaveProperty('manual_status');
    }));

  it('is away five minutes after the last activity, and online with the next', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      await ada.beat();
      await pass(db, ada, 290);
      await ada.beat(false);
      expect(await told(db, ada)).toBe('online');
      await pass(db, ada, 20);
      await ada.beat(false);
      expect(await told(db, ada)).toBe('away');
      await ada.beat();
      expect((await announced(db, ada)).map((payload) => payload.status)).toEqual([
        'online',
        'away',
        'online',
      ]);
    }));

  it('is online while one of several clients is in use, however long the others have not been', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      const [laptop, phone] = [randomUUID(), randomUUID()];
      await ada.beat(true, laptop);
      await pass(db, ada, 301);
      await ada.beat(true, phone);
      await ada.beat(false, laptop);
      expect(await told(db, ada)).toBe('online');
      await ada.leave(phone);
      expect(await told(db, ada)).toBe('away');
    }));

  it('is away when the client in use has vanished and nobody uses the other', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      const [laptop, phone] = [randomUUID(), randomUUID()];
      await ada.beat(false, laptop);
      await ada.beat(true, phone);
      await pass(db, ada, 65, phone);
      await ada.beat(false, laptop);
      expect(await told(db, ada)).toBe('away');
    }));

  it('has at most 20 clients', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      for (let client = 0; client < 25; client += 1) await ada.beat(true, randomUUID());
      expect(await db`select from chat_private.connections where user_id = ${ada.id}`).toHaveLength(20);
    }));
});

describe('somebody who goes', () => {
  it('is offline at once when the last client closes, not before', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      const [laptop, phone] = [randomUUID(), randomUUID()];
      await ada.beat(true, laptop);
      await ada.beat(true, phone);
      await ada.leave(laptop);
      expect(await told(db, ada)).toBe('online');
      await ada.leave(phone);
      expect(await told(db, ada)).toBe('offline');
    }));

  it('takes all tabs of the session along when signing out, and other devices stay', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      const phone = randomUUID();
      await ada.beat(true, randomUUID());
      await ada.beat(true, randomUUID());
      await asUser(db, ada.id, (as) => as`select chat.heartbeat('{}', true, ${phone})`, {
        session_id: randomUUID(),
      });
      await ada.leave();
      expect(await db`select id from chat_private.connections where user_id = ${ada.id}`).toEqual([
        { id: phone },
      ]);
      expect(await told(db, ada)).toBe('online');
    }));

  it('leaves with the session, whatever ends it, and other devices stay', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      const phone = { session_id: randomUUID() };
      for (const id of [ada.session, phone.session_id])
        await db`insert into auth.sessions (id, user_id) values (${id}, ${ada.id})`;
      await ada.beat(true, randomUUID());
      await asUser(db, ada.id, (as) => as`select chat.stay()`, phone);
      await db`delete from auth.sessions where id = ${ada.session}`;
      const connected = await db`select session_id from chat_private.connections where user_id = ${ada.id}`;
      expect(connected).toEqual([phone]);
      expect(await told(db, ada)).toBe('online');
      await db`delete from auth.sessions where user_id = ${ada.id}`;
      expect(await told(db, ada)).toBe('offline');
    }));

  it('without a word is offline for everyone 60 s after the last beat, found by the beat of another', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      await pass(db, ada, 50);
      await sweepIsDue(db);
      await bob.beat();
      expect(await told(db, ada)).toBe('online');
      await pass(db, ada, 15);
      await sweepIsDue(db);
      await bob.beat();
      expect(await told(db, ada)).toBe('offline');
      const last = (await announced(db, ada)).at(-1);
      expect(last).toMatchObject({ status: 'offline' });
      const [{ age } = {}] =
        await db`select extract(epoch from now() - ${last?.last_seen_at as string}::timestamptz)::int as age`;
      expect(age).toBe(65);
      expect(await db`select from chat_private.connections where user_id = ${ada.id}`).toHaveLength(0);
    }));

  it('has half a minute more when nobody has used the client, as hidden tabs beat once a minute', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      await pass(db, ada, 301);
      await ada.beat(false);
      await pass(db, ada, 85);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'away' });
      await pass(db, ada, 6);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'offline' });
    }));

  it('is seen offline by whoever asks, also when nobody beats', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'online' });
      await pass(db, ada, 61);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'offline' });
    }));

  it('is found in a crowd that has gone together, some at each beat', () =>
    rolledBack(async (db) => {
      const bob = await person(db);
      await db`
        with gone as (
          insert into auth.users (id, email) select gen_random_uuid(), gen_random_uuid() || '@example.com'
            from generate_series(1, 130) returning id)
        select from gone`;
      await db`insert into chat.presence (user_id, status)
               select p.id, 'online' from chat.profiles p where p.created_at = now() and p.id <> ${bob.id}
               on conflict do nothing`;
      const left = async () =>
        (
          await db`select from chat.presence p join chat.profiles u on u.id = p.user_id
                   where u.created_at = now() and p.status = 'online' and p.user_id <> ${bob.id}`
        ).length;
      await sweepIsDue(db);
      await bob.beat();
      // Others who have gone meanwhile take places in the same sweep.
      const first = await left();
      expect(first).toBeGreaterThanOrEqual(30);
      expect(first).toBeLessThan(130);
      for (let beats = 0; beats < 10 && (await left()) > 0; beats += 1) await bob.beat();
      expect(await left()).toBe(0);
    }));

  it('is given time after a crash, which takes all connections away', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      await db`delete from chat_private.connections`;
      await db`delete from chat_private.presence_sweeps`;
      await bob.beat();
      await bob.beat();
      expect(await told(db, ada)).toBe('online');
      await ada.beat();
      await sweepIsDue(db);
      await bob.beat();
      expect(await told(db, ada)).toBe('online');
    }));
});

describe('a presence that somebody chose', () => {
  it.each(['away', 'busy', 'inmeeting'])('%s stays whatever they do, also across an absence', (status) =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      const [row] = await ada.choose(status);
      expect(row).toMatchObject({ user_id: ada.id, status, manual_status: status });
      await ada.beat();
      await pass(db, ada, 301);
      await ada.beat(false);
      expect(await told(db, ada)).toBe(status);
      await ada.leave();
      expect(await told(db, ada)).toBe('offline');
      await ada.beat();
      expect(await told(db, ada)).toBe(status);
      await ada.choose('online');
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'online', manual_status: null });
    }),
  );

  it('hides who chose offline, and when they were here since then; only they see it', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      await pass(db, ada, 30);
      await ada.choose('offline');
      const hidden = await seenBy(bob, ada);
      expect(hidden).toMatchObject({ status: 'offline', manual_status: null });
      await pass(db, ada, -20);
      await ada.beat();
      expect(await seenBy(bob, ada)).toEqual(hidden);
      expect(await seenBy(ada, ada)).toMatchObject({ status: 'offline', manual_status: 'offline' });
      const columns = ada.call((as) => as`select manual_status from chat.presence`);
      expect(await refusal(columns)).toBe('42501');
    }));

  it('online makes somebody active who was away, and counts as a sign of life', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat();
      await pass(db, ada, 301);
      await ada.beat(false);
      expect(await told(db, ada)).toBe('away');
      await ada.choose('online');
      expect(await told(db, ada)).toBe('online');
      expect(await bob.choose('busy')).toMatchObject([{ status: 'busy' }]);
    }));

  it.each(['Online', 'playing', '', null])('is not %s', (status) =>
    rolledBack(async (db) => {
      const ada = await person(db);
      expect(await refusal(ada.choose(status))).toBe('invalid_presence');
      expect(await told(db, ada)).toBeUndefined();
    }),
  );
});

describe('a status', () => {
  const later = () => new Date(Date.now() + 3_600_000);

  it('is said, announced and cleared, without making anybody online', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      const until = later();
      await ada.say(' Lunch ', '🍜', until);
      const status = {
        status: 'offline',
        status_text: 'Lunch',
        status_emoji: '🍜',
        status_expires_at: until,
      };
      expect(await seenBy(bob, ada)).toMatchObject(status);
      await ada.say(' Lunch ', '🍜', until);
      expect(await announced(db, ada)).toHaveLength(1);
      await ada.call((as) => as`select chat.clear_status()`);
      const empty = { status_text: null, status_emoji: null, status_expires_at: null };
      expect(await seenBy(bob, ada)).toMatchObject(empty);
      expect((await announced(db, ada)).at(-1)).toMatchObject(empty);
    }));

  it('is one line that reads in its order, however it was typed', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      await ada.say('one\r\ntwo\u202e');
      expect(await seenBy(ada, ada)).toMatchObject({ status_text: 'one two' });
      await ada.say('\u200f');
      expect(await seenBy(ada, ada)).toMatchObject({ status_text: null });
    }));

  it('is empty for everyone once it has expired', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.say('Lunch', '🍜', later());
      await db`update chat.presence set status_expires_at = now() - interval '1 second' where user_id = ${ada.id}`;
      expect(await seenBy(bob, ada)).toMatchObject({
        status_text: null,
        status_emoji: null,
        status_expires_at: null,
      });
    }));

  it.each([
    ['101 characters', ['x'.repeat(101)], 'invalid_status'],
    ['an emoji of 33 characters', [null, 'x'.repeat(33)], 'invalid_emoji'],
    ['an emoji with a blank', [null, 'a b'], 'invalid_emoji'],
    ['an empty emoji', [null, ''], 'invalid_emoji'],
    ['an expiry that has passed', ['x', null, new Date(Date.now() - 1_000)], 'invalid_status'],
    ['an expiry in two years', ['x', null, new Date(Date.now() + 2 * 365 * 86_400_000)], 'invalid_status'],
  ] as const)('is not %s', (_what, [text, emoji = null, until = null], code) =>
    rolledBack(async (db) => {
      const ada = await person(db);
      await ada.say('before');
      expect(await refusal(ada.say(text as string | null, emoji, until as Date | null))).toBe(code);
      expect(await seenBy(ada, ada)).toMatchObject({ status_text: 'before', status_emoji: null });
    }),
  );
});

describe('somebody who does something without a client that beats', () => {
  it('is online for 5 minutes after it, and away for 10 more', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      const act = () => ada.call((as) => as`select chat.stay()`);
      await act();
      expect(await told(db, ada)).toBe('online');
      await pass(db, ada, 240);
      await act();
      await pass(db, ada, 299);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'online' });
      await pass(db, ada, 2);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'away' });
      await pass(db, ada, 600);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'offline' });
      await act();
      expect(await told(db, ada)).toBe('online');
    }));

  it('keeps what they chose, and stays hidden', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      for (const status of ['busy', 'offline']) {
        await ada.choose(status);
        await ada.call((as) => as`select chat.stay()`);
        expect(await told(db, ada)).toBe(status);
      }
    }));

  it('is one client however often, and another beside one that beats', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      await ada.beat();
      for (let n = 0; n < 3; n += 1) await ada.call((as) => as`select chat.stay()`);
      expect(await db`select from chat_private.connections where user_id = ${ada.id}`).toHaveLength(2);
      await ada.leave();
      expect(await told(db, ada)).toBe('offline');
    }));
});

describe('a heartbeat', () => {
  const HEARD_BY_ALL = { id: null, last_seq: null, last_change: null, epoch: expect.any(Number) };
  const channelOf = async (owner: Awaited<ReturnType<typeof person>>) =>
    (
      await owner.call(
        (as) => as`select id, epoch from chat.create_channel(${`c-${randomUUID()}`}, 'private')`,
      )
    )[0];

  it('tells where those of the channels are that the caller is in', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      const [adas, bobs] = [await channelOf(ada), await channelOf(bob)];
      await ada.call((as) => as`select chat.send_message(${adas?.id}, 'hello')`);
      const [counters] =
        await db`select last_seq, last_change from chat.channel_counters where channel_id = ${adas?.id}`;
      const channels = [adas?.id, bobs?.id, randomUUID(), adas?.id];
      const rows = await ada.beat(true, null, [...new Set(channels)]);
      expect(rows).toEqual([HEARD_BY_ALL, { id: adas?.id, ...counters, epoch: adas?.epoch }]);
    }));

  it('asks for at most 100 channels', () =>
    rolledBack(async (db) => {
      const ada = await person(db);
      const ids = Array.from({ length: 101 }, () => randomUUID());
      expect(await refusal(ada.beat(true, null, ids))).toBe('too_many_channels');
      expect(await ada.beat(true, null, ids.slice(1))).toEqual([HEARD_BY_ALL]);
    }));

  it('of one person is none of another, though they name the same connection', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      const connection = randomUUID();
      await ada.beat(true, connection);
      await bob.beat(true, connection);
      await bob.leave(connection);
      expect([await told(db, ada), await told(db, bob)]).toEqual(['online', 'offline']);
    }));
});

it('a profile that changes is announced to everyone, and one that is written anew unchanged is not', () =>
  rolledBack(async (db) => {
    const ada = await person(db);
    await ada.call((as) => as`select chat.update_profile(title => 'Engineer')`);
    await ada.call((as) => as`select chat.update_profile(title => 'Engineer')`);
    const rows = await db`
      select payload from realtime.messages
       where topic like 'presence:%' and event = 'user:updated' and payload ->> 'id' = ${ada.id}`;
    expect(rows).toMatchObject([{ payload: { id: ada.id, title: 'Engineer', custom: {} } }]);
  }));

describe('somebody who says what they do', () => {
  it('is seen to do it until they choose again', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      expect(await ada.choose('online', 'playing')).toMatchObject([
        { status: 'online', activity: 'playing' },
      ]);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'online', activity: 'playing' });
      expect((await announced(db, ada)).at(-1)).toMatchObject({ status: 'online', activity: 'playing' });
      expect(await ada.choose('away')).toMatchObject([{ status: 'away', activity: null }]);
      await ada.choose('online', 'typing');
      expect(await ada.choose('online')).toMatchObject([{ status: 'online', activity: null }]);
    }));

  it('does nothing any more once they are offline', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.choose('online', 'typing');
      await pass(db, ada, 901);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'offline', activity: null });
      await ada.beat();
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'online', activity: 'typing' });
      await ada.leave();
      await ada.beat();
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'online', activity: null });
    }));

  it.each([
    ['online', 'dancing'],
    ['away', 'typing'],
    ['offline', 'playing'],
    ['online', ''],
  ])('is refused when %s and %s', (status, activity) =>
    rolledBack(async (db) => {
      const ada = await person(db);
      expect(await refusal(ada.choose(status, activity))).toBe('invalid_activity');
    }),
  );
});

describe('somebody who chooses without a client that beats', () => {
  it('is here for 15 minutes', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.choose('busy');
      await pass(db, ada, 890);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'busy' });
      await ada.choose('online');
      await pass(db, ada, 890);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'away' });
      await pass(db, ada, 20);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'offline' });
    }));

  it('is gone as soon as ever when a client of theirs beats', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await person(db), await person(db)];
      await ada.beat(true, randomUUID());
      await ada.choose('busy');
      await pass(db, ada, 91);
      expect(await seenBy(bob, ada)).toMatchObject({ status: 'offline' });
    }));
});
