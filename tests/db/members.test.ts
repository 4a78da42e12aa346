/** Who may do what in a channel, and what follows when people come and go. */
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel, createRoom, heard, send } from '../helpers/room.ts';

afterAll(() => database.end());

const rights = (db: Db, user: string, channel: string) =>
  asUser(
    db,
    user,
    async (as) =>
      (await as`select rights from chat.my_channels where id = ${channel}`)[0]?.rights as string[],
  );

const role = async (db: Db, user: string, channel: string) =>
  (await db`select role from chat.channel_members where channel_id = ${channel} and user_id = ${user}`)[0]
    ?.role;

const epoch = async (db: Db, channel: string) =>
  (await db`select epoch from chat.channels where id = ${channel}`)[0]?.epoch;

const said = async (db: Db, channel: string) =>
  (
    await db`select body from chat.messages where channel_id = ${channel} and kind = 'system' order by seq`
  ).map((row) => row.body);

const TALK = ['react', 'reply', 'send_message', 'upload_file'];

describe('rights', () => {
  it('of a member, an admin and the owner of a channel', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      expect((await rights(db, bob, channel)).sort()).toEqual([...TALK, 'leave', 'mention_everyone'].sort());
      const admin = [
        ...[
          'archive',
          'ban_member',
          'delete_any_message',
          'invite',
          'pin',
          'remove_member',
          'update_channel',
        ],
      ];
      await asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'admin')`);
      expect((await rights(db, bob, channel)).sort()).toEqual(
        [...TALK, ...admin, 'leave', 'mention_everyone'].sort(),
      );
      expect((await rights(db, ada, channel)).sort()).toEqual(
        [...TALK, ...admin, 'delete_channel', 'mention_everyone', 'set_role'].sort(),
      );
    }));

  it('of the two in direct messages are the same, and none once one blocks the other', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
      for (const user of [ada, bob])
        expect((await rights(db, user, dm?.id)).sort()).toEqual([...TALK, 'pin'].sort());
      await asUser(db, bob, (as) => as`select chat.block_user(${ada})`);
      for (const user of [ada, bob]) {
        expect(await rights(db, user, dm?.id)).toEqual([]);
        expect(await refusal(send(db, user, dm?.id, 'hello'))).toBe('user_blocked');
      }
    }));

  it('in an archived channel are to read, to leave and to bring it back', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      await asUser(db, ada, (as) => as`select chat.archive_channel(${channel})`);
      expect(await rights(db, bob, channel)).toEqual(['leave']);
      expect(await refusal(send(db, ada, channel, 'hello'))).toBe('channel_archived');
      expect(await refusal(asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`))).toBe(
        'channel_archived',
      );
      expect(
        await refusal(asUser(db, ada, (as) => as`select chat.update_channel(${channel}, name => 'x')`)),
      ).toBe('channel_archived');
      await asUser(db, ada, (as) => as`select chat.archive_channel(${channel}, false)`);
      expect(await refusal(send(db, bob, channel, 'hello'))).toBeUndefined();
      expect(await said(db, channel)).toEqual(['Channel created', 'Channel archived', 'Channel unarchived']);
    }));

  it('of a platform admin are those of an admin of the channels they are in', () =>
    rolledBack(async (db) => {
      const { channel, bob, eve } = await createPrivateChannel(db);
      await db`update chat.accounts set role = 'admin' where user_id in (${bob}, ${eve})`;
      expect(
        await refusal(asUser(db, bob, (as) => as`select chat.update_channel(${channel}, name => 'x')`)),
      ).toBeUndefined();
      expect(
        await refusal(asUser(db, eve, (as) => as`select chat.update_channel(${channel}, name => 'y')`)),
      ).toBe('channel_not_found');
      expect(
        await refusal(asUser(db, eve, (as) => as`select chat.delete_channel(${channel})`)),
      ).toBeUndefined();
    }));

  it('of a platform admin are not to give roles, but to hand the channel over', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await db`update chat.accounts set role = 'admin' where user_id = ${bob}`;
      const as = (run: (db: Db) => Promise<unknown>) => refusal(asUser(db, bob, run));
      expect(await as((q) => q`select chat.set_member_role(${channel}, ${ada}, 'member')`)).toBe(
        'not_a_channel_admin',
      );
      expect(await as((q) => q`select chat.transfer_channel(${channel}, ${bob})`)).toBeUndefined();
    }));

  it('of a platform admin leave a note when they delete the channel of another', () =>
    rolledBack(async (db) => {
      const { channel, eve } = await createPrivateChannel(db);
      await db`update chat.accounts set role = 'admin' where user_id = ${eve}`;
      await asUser(db, eve, (as) => as`select chat.delete_channel(${channel})`);
      expect(await auditOf(db, channel)).toMatchObject([{ action: 'channel.deleted', actor_id: eve }]);
    }));
});

describe('the owner of a channel', () => {
  it('cannot leave or be removed before somebody else owns it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      await asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'admin')`);
      expect(await refusal(asUser(db, ada, (as) => as`select chat.leave_channel(${channel})`))).toBe(
        'creator_cannot_leave',
      );
      expect(await refusal(asUser(db, bob, (as) => as`select chat.remove_member(${channel}, ${ada})`))).toBe(
        'creator_cannot_leave',
      );
      expect(await refusal(asUser(db, bob, (as) => as`select chat.ban_member(${channel}, ${ada})`))).toBe(
        'creator_cannot_leave',
      );
      expect(
        await refusal(asUser(db, bob, (as) => as`select chat.transfer_channel(${channel}, ${bob})`)),
      ).toBe('not_the_creator');
      expect(
        await refusal(asUser(db, ada, (as) => as`select chat.transfer_channel(${channel}, ${eve})`)),
      ).toBe('member_not_found');
      await asUser(db, ada, (as) => as`select chat.transfer_channel(${channel}, ${bob})`);
      expect(
        await refusal(asUser(db, ada, (as) => as`select chat.leave_channel(${channel})`)),
      ).toBeUndefined();
    }));

  it('gives roles, which other admins cannot', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]}, 'admin')`);
      expect(await role(db, eve, channel)).toBe('admin');
      expect(
        await refusal(asUser(db, eve, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'admin')`)),
      ).toBe('not_the_creator');
      expect(
        await refusal(asUser(db, bob, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'admin')`)),
      ).toBe('not_a_channel_admin');
      expect(
        await refusal(asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'king')`)),
      ).toBe('invalid_role');
      expect(
        await refusal(asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${ada}, 'member')`)),
      ).toBe('creator_cannot_leave');
      expect(await said(db, channel)).toEqual(['Channel created', 'Eve joined the channel']);
    }));
});

describe('the last admin', () => {
  it('who deletes the account leaves the channel to the longest-standing member', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`);
      await db`update chat.channel_members set joined_at = joined_at - interval '1 day' where user_id = ${eve}`;
      await db`delete from auth.users where id = ${ada}`;
      expect([await role(db, bob, channel), await role(db, eve, channel)]).toEqual(['member', 'admin']);
      expect(await rights(db, eve, channel)).toContain('set_role');
    }));

  it('of a channel without an owner cannot become a member', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createPrivateChannel(db);
      await db`update chat.channels set created_by = null where id = ${channel}`;
      expect(
        await refusal(asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${ada}, 'member')`)),
      ).toBe('last_admin');
    }));

  it('of a group may leave, and the next one takes over', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await asUser(db, ada, (as) => as`select chat.leave_channel(${channel})`);
      expect(await role(db, bob, channel)).toBe('admin');
      expect(await said(db, channel)).toEqual([]);
    }));
});

describe('somebody removed', () => {
  it.each(['public', 'private'])(
    'from a %s channel is told, and those who stay move to another topic',
    (kind) =>
      rolledBack(async (db) => {
        const { channel, ada, bob } = await createPrivateChannel(db);
        await db`update chat.channels set kind = ${kind} where id = ${channel}`;
        await asUser(db, ada, (as) => as`select chat.remove_member(${channel}, ${bob})`);
        expect(await epoch(db, channel)).toBe(1);
        expect(await heard(db, `channel:${channel}:0`, 'channel:moved')).toEqual([
          { channel_id: channel, epoch: 1 },
        ]);
        expect(await heard(db, `user:${bob}`, 'channel:left')).toEqual([{ channel_id: channel }]);
        expect(await said(db, channel)).toEqual(['Channel created', 'Bob left the channel']);
        const after = await heard(db, `channel:${channel}:0`, 'message:new');
        expect(after.map((message) => message.body)).toEqual(['Channel created']);
      }),
  );

  it('and banned does not come back before the ban ends', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      const join = (user: string) =>
        refusal(asUser(db, user, (as) => as`select chat.join_channel(${channel})`));
      await asUser(db, ada, (as) => as`select chat.ban_member(${channel}, ${bob}, 'noise')`);
      await asUser(db, ada, (as) => as`select chat.ban_member(${channel}, ${eve})`);
      expect(await role(db, bob, channel)).toBeUndefined();
      expect([await join(bob), await join(eve)]).toEqual(['user_banned', 'user_banned']);
      expect(await refusal(asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[bob]})`))).toBe(
        'user_banned',
      );
      await db`update chat.channel_bans set until = now() where user_id = ${bob}`;
      await asUser(db, ada, (as) => as`select chat.unban_member(${channel}, ${eve})`);
      expect([await join(bob), await join(eve)]).toEqual([undefined, undefined]);
    }));

  it.each([
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }, 'invalid_reason'],
    ['an end in the past', { until: new Date(0) }, 'invalid_time'],
    ['oneself', { self: true }, 'invalid_input'],
    ['nobody', { user: crypto.randomUUID() }, 'user_not_found'],
  ])(
    'is not banned with %s',
    (_name, given: { reason?: string; until?: Date; self?: boolean; user?: string }, code) =>
      rolledBack(async (db) => {
        const { channel, ada, bob } = await createPrivateChannel(db);
        const user = given.self ? ada : (given.user ?? bob);
        const call = asUser(
          db,
          ada,
          (as) =>
            as`select chat.ban_member(${channel}, ${user}, ${given.reason ?? ''}, ${given.until ?? null})`,
        );
        expect(await refusal(call)).toBe(code);
        expect(await role(db, bob, channel)).toBe('member');
      }),
  );
});

describe('a deleted channel', () => {
  it('has no members, is found by nobody and gives its slug free', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      expect(await refusal(asUser(db, bob, (as) => as`select chat.delete_channel(${channel})`))).toBe(
        'not_a_channel_admin',
      );
      await asUser(db, ada, (as) => as`select chat.delete_channel(${channel})`);
      expect(await asUser(db, ada, (as) => as`select from chat.channels where id = ${channel}`)).toHaveLength(
        0,
      );
      expect(await refusal(asUser(db, bob, (as) => as`select chat.join_channel(${channel})`))).toBe(
        'channel_not_found',
      );
      expect(await db`select from chat.messages where channel_id = ${channel}`).toHaveLength(1);
      expect(
        await refusal(asUser(db, bob, (as) => as`select chat.create_channel(${`room-${ada}`})`)),
      ).toBeUndefined();
    }));
});

describe('update_channel', () => {
  const update = (db: Db, user: string, channel: string, change: Record<string, string>) =>
    asUser(
      db,
      user,
      (as) => as`
      select slug, name, description, kind from chat.update_channel(${channel}, ${change.slug ?? null},
        ${change.name ?? null}, ${change.description ?? null}, ${change.kind ?? null})`,
    );

  it('changes what is given, and says so once', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createPrivateChannel(db);
      const slug = `new-${ada}`;
      const [row] = await update(db, ada, channel, {
        slug: slug.toUpperCase(),
        name: ' New ',
        description: 'for us',
        kind: 'public',
      });
      expect(row).toEqual({ slug, name: 'New', description: 'for us', kind: 'public' });
      expect((await update(db, ada, channel, { name: '' }))[0]).toMatchObject({
        name: null,
        description: 'for us',
      });
      await update(db, ada, channel, {});
      expect(await said(db, channel)).toEqual(['Channel created', 'Channel updated', 'Channel updated']);
      expect(await heard(db, `channel:${channel}:0`, 'channel:updated')).toHaveLength(2);
    }));

  it.each([
    [{ slug: 'Two words' }, 'invalid_slug'],
    [{ slug: '' }, 'invalid_slug'],
    [{ name: 'over\u202eride' }, 'invalid_name'],
    [{ description: 'x'.repeat(501) }, 'invalid_description'],
    [{ kind: 'dm' }, 'invalid_channel_kind'],
  ])('refuses %j and changes nothing', (change, code) =>
    rolledBack(async (db) => {
      const { channel, ada } = await createPrivateChannel(db);
      expect(await refusal(update(db, ada, channel, change as Record<string, string>))).toBe(code);
      expect(await said(db, channel)).toEqual(['Channel created']);
    }),
  );

  it('refuses a slug that is taken, and one for a group', () =>
    rolledBack(async (db) => {
      const one = await createPrivateChannel(db);
      const two = await createPrivateChannel(db);
      expect(await refusal(update(db, one.ada, one.channel, { slug: `room-${two.ada}` }))).toBe('slug_taken');
      const group = await createRoom(db);
      expect(await refusal(update(db, group.bob, group.channel, { slug: 'x' }))).toBe('invalid_slug');
      expect((await update(db, group.bob, group.channel, { name: 'Us' }))[0]).toMatchObject({
        name: 'Us',
        kind: 'group',
      });
    }));
});

describe('what a channel is to a member', () => {
  it('is set piece by piece and seen by nobody else', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const set = (change: string) =>
        asUser(db, bob, (as) =>
          as.unsafe(`select *, muted_until::text from chat.set_channel_state('${channel}', ${change})`),
        );
      expect((await set('is_pinned => true'))[0]?.pinned_at).toBeInstanceOf(Date);
      expect((await set('is_muted => true'))[0]?.muted_until).toBe('infinity');
      expect((await set("notify_level => 'mentions'"))[0]).toMatchObject({ notify_level: 'mentions' });
      expect((await set("notify_level => 'default', is_pinned => false"))[0]).toMatchObject({
        notify_level: null,
        pinned_at: null,
      });
      expect(await refusal(set("notify_level => 'loud'"))).toBe('invalid_notify_level');
      expect(await heard(db, `user:${bob}`, 'channel:read')).toHaveLength(4);
      expect(await heard(db, `user:${ada}`, 'channel:read')).toHaveLength(0);
    }));

  it('is hidden until something new is said', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const hidden = () =>
        asUser(
          db,
          bob,
          async (as) =>
            (await as`select hidden_at from chat.my_channels where id = ${channel}`)[0]?.hidden_at,
        );
      await asUser(db, bob, (as) => as`select chat.set_channel_state(${channel}, is_hidden => true)`);
      expect(await hidden()).toBeInstanceOf(Date);
      await send(db, ada, channel, 'news');
      expect(await hidden()).toBeNull();
    }));
});

describe('a group', () => {
  it('lets every member invite, and needs somebody else', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      expect(
        await refusal(asUser(db, bob, (as) => as`select chat.add_members(${channel}, ${[eve]})`)),
      ).toBeUndefined();
      expect(await refusal(asUser(db, bob, (as) => as`select chat.remove_member(${channel}, ${eve})`))).toBe(
        'not_a_channel_admin',
      );
      expect(await refusal(asUser(db, ada, (as) => as`select chat.create_group(${[ada]})`))).toBe(
        'too_few_members',
      );
      expect(await refusal(asUser(db, ada, (as) => as`select chat.create_group(array[]::uuid[])`))).toBe(
        'too_few_members',
      );
    }));
});

describe('a block', () => {
  it('keeps the two out of groups and private channels that the other makes', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      await asUser(db, ada, (as) => as`select chat.block_user(${eve})`);
      const tries = [
        (as: Db) => as`select chat.create_group(${[ada]})`,
        (as: Db) => as`select chat.create_channel(${`x-${eve}`}, 'private', member_ids => ${[ada]})`,
      ];
      for (const attempt of tries) expect(await refusal(asUser(db, eve, attempt))).toBe('user_blocked');
      expect(await refusal(asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`))).toBe(
        'user_blocked',
      );
    }));

  it('ends receipts and typing between the two, also on a topic that is open', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
      await send(db, bob, dm?.id, 'hello');
      await asUser(db, ada, (as) => as`select chat.block_user(${bob})`);
      expect(await epoch(db, dm?.id)).toBe(1);
      await asUser(db, ada, (as) => as`select chat.mark_read(${dm?.id}, 1)`);
      expect(await db`select from chat.receipts where channel_id = ${dm?.id}`).toHaveLength(0);
    }));
});

describe('who left a public channel', () => {
  it.each([
    [
      'is banned',
      (channel: string, eve: string) => (as: Db) => as`select chat.ban_member(${channel}, ${eve})`,
    ],
    [
      'sees it close',
      (channel: string) => (as: Db) => as`select chat.update_channel(${channel}, kind => 'private')`,
    ],
  ])('and %s does not hear on with what they had joined', (_how, act) =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createPrivateChannel(db);
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      await asUser(db, eve, (as) => as`select chat.join_channel(${channel})`);
      await asUser(db, eve, (as) => as`select chat.leave_channel(${channel})`);
      const before = await epoch(db, channel);
      await asUser(db, ada, act(channel, eve));
      expect(await epoch(db, channel)).toBe(before + 1);
    }),
  );

  it('and is banned for the second time does not hear on with what they had joined in between', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createPrivateChannel(db);
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      const ban = () => asUser(db, ada, (as) => as`select chat.ban_member(${channel}, ${eve})`);
      await ban();
      await db`update chat.channel_bans set until = now() where user_id = ${eve}`;
      await asUser(db, eve, (as) => as`select chat.join_channel(${channel})`);
      await asUser(db, eve, (as) => as`select chat.leave_channel(${channel})`);
      const before = await epoch(db, channel);
      await ban();
      expect(await epoch(db, channel)).toBe(before + 1);
    }));
});

it('many who come at once are told in one sentence', () =>
  rolledBack(async (db) => {
    const { channel, ada } = await createPrivateChannel(db);
    const people: string[] = [];
    for (const name of ['P1', 'P2', 'P3', 'P4', 'P5', 'P6']) people.push(await createUser(db, { name }));
    await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${people})`);
    const [, sentence] = await said(db, channel);
    expect(sentence).toMatch(/^P\d, P\d, P\d and 3 others joined the channel$/);
  }));
