import { afterAll, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { brokenRules } from '../helpers/invariants.ts';
import { createRoom, heard, send } from '../helpers/room.ts';

afterAll(() => database.end());

const react = (db: Db, user: string, channel: string, emoji: string, replace = false) =>
  asUser(db, user, (as) => as`select * from chat.add_reaction(${channel}, 1, ${emoji}, ${replace})`);
const takeBack = (db: Db, user: string, channel: string, emoji: string | null = null) =>
  asUser(db, user, (as) => as`select chat.remove_reaction(${channel}, 1, ${emoji})`);
const counts = async (db: Db, channel: string) =>
  (await db`select reaction_counts from chat.messages where channel_id = ${channel} and seq = 1`)[0]
    ?.reaction_counts;

it('reactions are counted per emoji, each person once', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    await react(db, ada, channel, '👍');
    await react(db, ada, channel, '👍');
    await react(db, bob, channel, '👍');
    await react(db, bob, channel, ':party:');
    expect(await counts(db, channel)).toEqual({ '👍': 2, ':party:': 1 });
    await takeBack(db, bob, channel, '👍');
    await takeBack(db, bob, channel, '🙈');
    expect(await counts(db, channel)).toEqual({ '👍': 1, ':party:': 1 });
    await takeBack(db, bob, channel);
    await takeBack(db, ada, channel);
    expect(await counts(db, channel)).toEqual({});
  }));

it('a reaction that replaces leaves the person one', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    await react(db, bob, channel, '👍');
    await react(db, ada, channel, '👍');
    await react(db, ada, channel, '🎉');
    await react(db, ada, channel, '🚀', true);
    expect(await counts(db, channel)).toEqual({ '👍': 1, '🚀': 1 });
  }));

it('a member hears who reacted, with the counts and the number of the change', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    await react(db, bob, channel, '👍');
    await takeBack(db, bob, channel, '👍');
    expect(await heard(db, `channel:${channel}:0`, 'message:reaction')).toMatchObject([
      { seq: 1, change: 1, emoji: '👍', action: 'added', user: { id: bob }, reaction_counts: { '👍': 1 } },
      { seq: 1, change: 2, emoji: '👍', action: 'removed', user: { id: bob }, reaction_counts: {} },
    ]);
    expect(await heard(db, `channel:${channel}:0`, 'message:updated')).toEqual([]);
  }));

it('a reader sees which reactions are their own', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    await react(db, bob, channel, '👍');
    await react(db, bob, channel, '🎉');
    const mine = (user: string) =>
      asUser(
        db,
        user,
        async (as) =>
          (
            await as`select chat.my_reactions(m) as list from chat.messages m where channel_id = ${channel}`
          )[0]?.list,
      );
    expect(await mine(bob)).toEqual(['👍', '🎉']);
    expect(await mine(ada)).toEqual([]);
  }));

it.each(['', 'two words', 'x'.repeat(33), 'line\nbreak'])('the emoji %j is refused', (emoji) =>
  rolledBack(async (db) => {
    const { channel, ada } = await createRoom(db);
    await send(db, ada, channel, 'one');
    expect(await refusal(react(db, ada, channel, emoji))).toBe('invalid_emoji');
    expect(await counts(db, channel)).toEqual({});
  }),
);

it('a message takes 50 different emoji, and more people on each', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    for (let n = 0; n < 50; n += 1) await react(db, ada, channel, `:e${n}:`);
    expect(await refusal(react(db, bob, channel, ':e50:'))).toBe('too_many_reactions');
    expect(await refusal(react(db, bob, channel, ':e49:'))).toBeUndefined();
  }));

it('the reactions to a deleted message are gone, with one change told and none counted for them', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    await react(db, ada, channel, '👍');
    await react(db, bob, channel, '🎉');
    await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
    expect(await db`select from chat.reactions where channel_id = ${channel}`).toHaveLength(0);
    expect(await heard(db, `channel:${channel}:0`, 'message:reaction')).toHaveLength(2);
    expect(await heard(db, `channel:${channel}:0`, 'message:deleted')).toMatchObject([{ change: 3 }]);
    expect(
      (await db`select last_change::int from chat.channel_counters where channel_id = ${channel}`)[0],
    ).toEqual({
      last_change: 3,
    });
    expect(await brokenRules(db, { channels: [channel], users: [ada, bob] })).toEqual([]);
  }));

it('an operator puts no reaction on a deleted message', () =>
  rolledBack(async (db) => {
    const { channel, ada, bob } = await createRoom(db);
    await send(db, ada, channel, 'one');
    await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
    const insertion = db`insert into chat.reactions (channel_id, seq, user_id, emoji) values (${channel}, 1, ${bob}, '👍')`;
    expect(await refusal(insertion)).toBe('message_deleted');
  }));

it('a stranger, and anybody in an archived channel, cannot react', () =>
  rolledBack(async (db) => {
    const { channel, ada, eve } = await createRoom(db);
    await send(db, ada, channel, 'one');
    expect(await refusal(react(db, eve, channel, '👍'))).toBe('channel_not_found');
    await db`update chat.channels set archived_at = now() where id = ${channel}`;
    expect(await refusal(react(db, ada, channel, '👍'))).toBe('channel_archived');
  }));
