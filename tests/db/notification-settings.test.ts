/** Notification settings as one thing: read together, changed all or nothing. */
import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel, createRoom } from '../helpers/room.ts';

afterAll(() => database.end());

interface Change {
  channel_id: string;
  is_muted?: boolean;
  level?: string;
}

const read = async (db: Db, user: string) => {
  const [row] = await asUser(
    db,
    user,
    (as) =>
      as`select sound, dnd_end::text, to_jsonb(channels) as channels from chat.get_notification_settings()`,
  );
  return row;
};

/** Changes settings of channels, and those that `others` names. */
const change = (db: Db, user: string, channels: Change[], others = '') =>
  asUser(db, user, (as) =>
    as.unsafe(
      `select * from chat.set_notification_settings(${others}
           channels => array(select jsonb_populate_recordset(null::chat.channel_notification_settings, $1::jsonb)))`,
      [channels as never],
    ),
  );

it('what is given changes and the rest stays', () =>
  rolledBack(async (db) => {
    const { channel, bob } = await createPrivateChannel(db);
    await change(db, bob, [{ channel_id: channel, level: 'all' }], "sound => false, dnd_end => '06:00',");
    await change(db, bob, [{ channel_id: channel, is_muted: true }]);
    expect(await read(db, bob)).toEqual({
      sound: false,
      dnd_end: '06:00:00',
      channels: [{ channel_id: channel, is_muted: true, level: 'all' }],
    });
    await change(db, bob, [{ channel_id: channel, is_muted: false, level: 'default' }]);
    expect((await read(db, bob))?.channels).toEqual([]);
  }));

it('a channel without a level of its own shows the general one', () =>
  rolledBack(async (db) => {
    const { channel, bob } = await createPrivateChannel(db);
    await change(db, bob, [{ channel_id: channel, is_muted: true }], "level => 'nothing',");
    expect((await read(db, bob))?.channels).toEqual([
      { channel_id: channel, is_muted: true, level: 'nothing' },
    ]);
  }));

it('what is muted until a time stays so when it is muted again, and is not once that has passed', () =>
  rolledBack(async (db) => {
    const { channel, bob } = await createPrivateChannel(db);
    const until = (time: string) =>
      db`update chat.channel_states set muted_until = now() + ${time}::interval where user_id = ${bob}`;
    const muted = async () => {
      const [row] = await db`
        select muted_until > now() and muted_until < 'infinity' as is_for_a_time, muted_until = 'infinity' as is_for_good
          from chat.channel_states where channel_id = ${channel} and user_id = ${bob}`;
      return row;
    };
    await until('1 hour');
    await change(db, bob, [{ channel_id: channel, is_muted: true }]);
    expect(await muted()).toEqual({ is_for_a_time: true, is_for_good: false });
    await until('-1 hour');
    expect((await read(db, bob))?.channels).toEqual([]);
    await change(db, bob, [{ channel_id: channel, is_muted: true }]);
    expect(await muted()).toEqual({ is_for_a_time: false, is_for_good: true });
  }));

it.each([
  ['a level that is none', 'invalid_notify_level', (own: string) => [{ channel_id: own, level: 'some' }]],
  [
    'a channel of others',
    'channel_not_found',
    (_: string, other: string) => [{ channel_id: other, is_muted: true }],
  ],
  ['no channel', 'channel_not_found', () => [{ channel_id: randomUUID(), is_muted: true }]],
  [
    '1,001 channels',
    'too_many_channels',
    (own: string) => Array(1001).fill({ channel_id: own, is_muted: true }),
  ],
])('%s is refused, and nothing changes', (_what, code, wrong) =>
  rolledBack(async (db) => {
    const { channel, bob } = await createPrivateChannel(db);
    const { channel: other } = await createRoom(db);
    const before = await read(db, bob);
    const changes = [{ channel_id: channel, is_muted: true }, ...wrong(channel, other)];
    expect(await refusal(change(db, bob, changes, 'sound => false,'))).toBe(code);
    expect(await read(db, bob)).toEqual(before);
  }),
);
