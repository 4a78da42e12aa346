/** What happens in the same moment: transactions are held until each has come as far as it can. */
import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, type Db, database } from '../helpers/database.ts';
import { committed, together } from '../helpers/together.ts';

afterAll(() => database.end());

/** A channel of its admin and others. */
const makeChannel = (db: Db, admin: string, members: string[] = []) =>
  asUser(db, admin, async (as) => {
    const [row] =
      await as`select id from chat.create_channel(${`c-${randomUUID()}`}, 'private', member_ids => ${members})`;
    return row?.id as string;
  });

it('two people of one name sign up', async () => {
  const name = `Twin ${randomUUID().slice(0, 8)}`;
  const outcome = await together((db) => createUser(db, { name }), [(db) => createUser(db, { name })]);
  expect(outcome).toEqual(['done']);
  const rows = await database`select username from chat.profiles where name = ${name}`;
  expect(new Set(rows.map((row) => row.username)).size).toBe(2);
});

it('two people choose one username', async () => {
  const username = `u${randomUUID().slice(0, 8)}`;
  const outcome = await together(
    (db) => createUser(db, { username }),
    [(db) => createUser(db, { username }), (db) => createUser(db, { name: username })],
  );
  expect(outcome).toEqual(['unable to sign up; this username is taken', 'done']);
  const rows = await database`select username from chat.profiles where username like ${`${username}%`}`;
  expect(rows).toHaveLength(2);
});

it('somebody changes their address while their account is being deleted', async () => {
  const [ada, email] = [await committed((db) => createUser(db)), `u${randomUUID()}@example.com`];
  const outcome = await together(
    (db) => asUser(db, ada, (as) => as`select chat.delete_account(${ada})`),
    [(db) => asUser(db, ada, (as) => as`select chat.change_person(${ada}, email => ${email})`)],
  );
  expect(outcome).toEqual([expect.stringContaining('user_not_found')]);
  const [user] = await database`select email from auth.users where id = ${ada}`;
  expect(user).toEqual({ email: null });
});

it('two admins add the same people in opposite order', async () => {
  const [ada, channel, people] = await committed(async (db) => {
    const admin = await createUser(db);
    const others = [await createUser(db), await createUser(db), await createUser(db)];
    return [admin, await makeChannel(db, admin), others.sort()] as const;
  });
  const add = (ids: readonly string[]) => (db: Db) =>
    asUser(db, ada, (as) => as`select from chat.add_members(${channel}, ${[...ids]})`);
  const outcome = await together(add(people.slice(1, 2)), [add(people), add([...people].reverse())]);
  expect(outcome).toEqual(['done', 'done']);
  const [counter] =
    await database`select member_count from chat.channel_counters where channel_id = ${channel}`;
  expect(counter?.member_count).toBe(4);
});

it('two people with the same channels delete their accounts', async () => {
  const [ada, bob, first, second] = await committed(async (db) => {
    const pair = [await createUser(db), await createUser(db)] as const;
    const mine = await makeChannel(db, pair[0], [pair[1]]);
    return [...pair, mine, await makeChannel(db, pair[1], [pair[0]])] as const;
  });
  const remove = (id: string) => (db: Db) => db`delete from auth.users where id = ${id}`;
  const outcome = await together(
    (db) => db`select from chat.channel_counters where channel_id = ${first} for update`,
    [remove(ada), remove(bob)],
  );
  expect(outcome).toEqual(['done', 'done']);
  const rows =
    await database`select member_count from chat.channel_counters where channel_id in (${first}, ${second})`;
  expect(rows.map((row) => row.member_count)).toEqual([0, 0]);
});

/** A group of Ada and Bob in which Ada has said something; both may edit nothing but their own. */
const makeGroup = () =>
  committed(async (db) => {
    const pair = [await createUser(db), await createUser(db)] as const;
    const [row] = await asUser(db, pair[0], (as) => as`select id from chat.create_group(${[pair[1]]})`);
    const channel = row?.id as string;
    await asUser(db, pair[0], (as) => as`select chat.send_message(${channel}, 'first')`);
    return { ada: pair[0], bob: pair[1], channel };
  });

/** Keeps everybody who writes in a channel waiting. */
const holdCounter = (channel: string) => (db: Db) =>
  db`select from chat.channel_counters where channel_id = ${channel} for update`;

const call = (user: string, query: (as: Db) => Promise<unknown>) => (db: Db) => asUser(db, user, query);

const numbers = async (channel: string) => {
  const rows = await database`
    select seq::int, change::int from chat.messages where channel_id = ${channel} order by seq`;
  return rows.map((row) => [row.seq, row.change]);
};

it('an account is deleted whose reaction is in a channel it left, while the message is being edited', async () => {
  const { ada, bob, channel } = await committed(async (db) => {
    const people = [await createUser(db), await createUser(db)] as const;
    const id = await makeChannel(db, people[0], [people[1]]);
    await asUser(db, people[0], (as) => as`select chat.send_message(${id}, 'first')`);
    await asUser(db, people[1], async (as) => {
      await as`select chat.add_reaction(${id}, 2, '👍')`;
      await as`select chat.leave_channel(${id})`;
    });
    return { ada: people[0], bob: people[1], channel: id };
  });
  const outcome = await together(
    (db) => db`select from chat.messages where channel_id = ${channel} and seq = 2 for update`,
    [
      (db) => db`delete from auth.users where id = ${bob}`,
      call(ada, (as) => as`select chat.edit_message(${channel}, 2, 'second')`),
    ],
  );
  expect(outcome).toEqual(['done', 'done']);
  const [message] = await database`
    select body, reaction_counts from chat.messages where channel_id = ${channel} and seq = 2`;
  expect(message).toEqual({ body: 'second', reaction_counts: {} });
});

it.each(['before', 'after'])(
  'an account is deleted right %s a message that means its owner',
  async (place) => {
    const { ada, bob, channel } = await makeGroup();
    const calls = [
      call(ada, (as) => as`select chat.send_message(${channel}, ${`Hello @<${bob}>`})`),
      (db: Db) => db`delete from auth.users where id = ${bob}`,
    ];
    const outcome = await together(holdCounter(channel), place === 'after' ? calls : calls.reverse());
    expect(outcome).toEqual(['done', 'done']);
    expect(await numbers(channel)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(await database`select from chat.mentions where channel_id = ${channel}`).toHaveLength(0);
  },
);

it('two are shut out at once, and each topic of everyone is told where it goes, once', async () => {
  const move = (db: Db) => db`select chat_private.move_presence()`;
  const outcome = await together(
    (db) => db`select from chat_private.presence_epoch for update`,
    [move, move],
  );
  expect(outcome).toEqual(['done', 'done']);
  const told = await database`
    select topic from realtime.messages where event = 'presence:moved' group by topic having count(*) > 1`;
  expect([...told]).toEqual([]);
});

it('two edits of one message both count, and the history keeps what each replaced', async () => {
  const { ada, channel } = await makeGroup();
  const edit = (body: string) => call(ada, (as) => as`select chat.edit_message(${channel}, 1, ${body})`);
  const outcome = await together(holdCounter(channel), [edit('second'), edit('third')]);
  expect(outcome).toEqual(['done', 'done']);
  const [message] = await database`select body, change::int from chat.messages where channel_id = ${channel}`;
  const history = await database`
    select body from chat.message_edits where channel_id = ${channel} order by change`;
  expect(message?.change).toBe(2);
  expect([...history.map((row) => row.body), message?.body].sort()).toEqual(['first', 'second', 'third']);
});

it('a reply, a reaction, a pin and an edit of its root meet without a deadlock', async () => {
  const { ada, bob, channel } = await makeGroup();
  const outcome = await together(holdCounter(channel), [
    call(bob, (as) => as`select chat.send_message(${channel}, 'reply', parent_seq => 1)`),
    call(bob, (as) => as`select chat.add_reaction(${channel}, 1, '👍')`),
    call(ada, (as) => as`select chat.pin_message(${channel}, 1)`),
  ]);
  expect(outcome).toEqual(['done', 'done', 'done']);
  // The pin says so in a message of its own.
  expect(await numbers(channel)).toEqual([
    [1, 3],
    [2, 0],
    [3, 0],
  ]);
});

it('a reaction to a message that is being deleted is refused or gone', async () => {
  const { ada, bob, channel } = await makeGroup();
  const outcome = await together(holdCounter(channel), [
    call(ada, (as) => as`select chat.delete_message(${channel}, 1)`),
    call(bob, (as) => as`select chat.add_reaction(${channel}, 1, '👍')`),
  ]);
  expect(outcome[0]).toBe('done');
  const [message] =
    await database`select body, reaction_counts from chat.messages where channel_id = ${channel}`;
  expect(message).toEqual({ body: '', reaction_counts: {} });
});

it('somebody who is removed while they send has sent before or not at all', async () => {
  const { ada, bob, channel } = await makeGroup();
  await together(holdCounter(channel), [
    call(bob, (as) => as`select chat.send_message(${channel}, 'last words')`),
    call(ada, (as) => as`select chat.remove_member(${channel}, ${bob})`),
  ]);
  const [counter] = await database`
    select last_seq::int, member_count from chat.channel_counters where channel_id = ${channel}`;
  expect(counter?.member_count).toBe(1);
  expect((await numbers(channel)).map(([seq]) => seq)).toEqual(
    Array.from({ length: counter?.last_seq }, (_, n) => n + 1),
  );
});

it('somebody who keeps to themself how far they have read is shown nowhere, whatever they read meanwhile', async () => {
  const { bob, channel } = await makeGroup();
  const outcome = await together(
    (db) => asUser(db, bob, (as) => as`select chat.set_preferences(share_receipts => false)`),
    [call(bob, (as) => as`select chat.mark_read(${channel}, 1)`)],
  );
  expect(outcome).toEqual(['done']);
  expect(await database`select from chat.receipts where user_id = ${bob}`).toHaveLength(0);
});

it('what refers to a membership that is just taken away is refused, and nothing is left of it', async () => {
  const { ada, bob, channel } = await makeGroup();
  const outcome = await together(
    (db) => asUser(db, ada, (as) => as`select chat.remove_member(${channel}, ${bob})`),
    [
      call(bob, (as) => as`select chat.mark_thread_read(${channel}, 1, 1)`),
      call(bob, (as) => as`select chat.save_draft(${channel}, 'unfinished')`),
      call(bob, (as) => as`select chat.mark_read(${channel}, 1)`),
      call(bob, (as) => as`select chat.mark_delivered(${channel}, 1)`),
    ],
  );
  for (const result of outcome) expect(result).toContain('channel_not_found');
});

it('two people make a channel of one name', async () => {
  const [ada, bob] = await committed(async (db) => [await createUser(db), await createUser(db)] as const);
  const name = `Lunch ${randomUUID().slice(0, 8)}`;
  const create = (person: string) => (db: Db) =>
    asUser(db, person, (as) => as`select chat.create_channel(name => ${name})`);
  expect(await together(create(ada), [create(bob)])).toEqual(['done']);
  const rows = await database`select slug from chat.channels where name = ${name}`;
  expect(new Set(rows.map(({ slug }) => slug)).size).toBe(2);
});

it('two who join at once are both in, once', async () => {
  const { channel, people } = await committed(async (db) => {
    const admin = await createUser(db);
    const others = [await createUser(db), await createUser(db)];
    const [row] = await asUser(
      db,
      admin,
      (as) => as`select id from chat.create_channel(${`c-${randomUUID()}`})`,
    );
    return { channel: row?.id as string, people: others };
  });
  const join = (user: string | undefined) =>
    call(user as string, (as) => as`select chat.join_channel(${channel})`);
  const outcome = await together(holdCounter(channel), [join(people[0]), join(people[1]), join(people[0])]);
  expect(outcome).toEqual(['done', 'done', 'done']);
  const [counter] =
    await database`select member_count from chat.channel_counters where channel_id = ${channel}`;
  expect(counter?.member_count).toBe(3);
});

it('the last two admins who go at once leave an admin behind', async () => {
  const { ada, bob, cy, channel } = await committed(async (db) => {
    const people = [await createUser(db), await createUser(db), await createUser(db)] as const;
    const id = await makeChannel(db, people[0], [people[1], people[2]]);
    await asUser(db, people[0], (as) => as`select chat.set_member_role(${id}, ${people[1]}, 'admin')`);
    await db`update chat.channels set created_by = null where id = ${id}`;
    return { ada: people[0], bob: people[1], cy: people[2], channel: id };
  });
  const leave = (user: string) => call(user, (as) => as`select chat.leave_channel(${channel})`);
  const outcome = await together(holdCounter(channel), [leave(ada), leave(bob)]);
  expect(outcome).toEqual(['done', 'done']);
  const rows = await database`select user_id, role from chat.channel_members where channel_id = ${channel}`;
  expect([...rows]).toEqual([{ user_id: cy, role: 'admin' }]);
});

it('two admins who take each other the role at once leave one admin', async () => {
  const { ada, bob, channel } = await committed(async (db) => {
    const people = [await createUser(db), await createUser(db)] as const;
    const id = await makeChannel(db, people[0], [people[1]]);
    await asUser(db, people[0], (as) => as`select chat.set_member_role(${id}, ${people[1]}, 'admin')`);
    await db`update chat.channels set created_by = null where id = ${id}`;
    return { ada: people[0], bob: people[1], channel: id };
  });
  const demote = (by: string, user: string) =>
    call(by, (as) => as`select chat.set_member_role(${channel}, ${user}, 'member')`);
  const outcome = await together(holdCounter(channel), [demote(ada, bob), demote(bob, ada)]);
  expect(outcome.filter((result) => result === 'done')).toHaveLength(1);
  const admins =
    await database`select from chat.channel_members where channel_id = ${channel} and role = 'admin'`;
  expect(admins).toHaveLength(1);
});

/** Ada has written three direct messages to Bob; his notifications of them, oldest first. */
const makeNotifications = async () => {
  const group = await makeGroup();
  await committed((db) =>
    asUser(db, group.ada, async (as) => {
      await as`select chat.send_message(${group.channel}, 'second')`;
      await as`select chat.send_message(${group.channel}, 'third')`;
    }),
  );
  const rows = await database`
    select id from chat.notifications where user_id = ${group.bob} and type = 'dm' order by id`;
  return { ...group, ids: rows.map((row) => row.id as string) };
};

const unreadTexts = async (user: string) => {
  const rows = await database`
    select text from chat.notifications where user_id = ${user} and type = 'dm' and read_at is null order by id`;
  return rows.map((row) => row.text);
};

it('two devices mark the same notifications as read, each in its own order, and each counts once', async () => {
  const { bob, channel, ids } = await makeNotifications();
  const outcome = await together(
    (db) => db`select from chat.notifications where id = ${ids[1] as string} for update`,
    [
      call(bob, (as) => as`select chat.mark_notifications_read(${ids})`),
      call(bob, (as) => as`select chat.mark_notifications_read(${[...ids].reverse()})`),
      call(bob, (as) => as`select chat.mark_read(${channel}, 3)`),
    ],
  );
  expect(outcome).toEqual(['done', 'done', 'done']);
  expect(await unreadTexts(bob)).toEqual([]);
  const told = await database`
    select payload -> 'ids' as ids from realtime.messages
     where topic = ${`user:${bob}`} and event = 'notification:read'`;
  const readIds = told.flatMap((row) => row.ids as string[]);
  expect(readIds).toEqual(expect.arrayContaining(ids));
  expect(new Set(readIds).size).toBe(readIds.length);
});

it('what is said while all is being marked as read stays unread', async () => {
  const { ada, bob, channel, ids } = await makeNotifications();
  const outcome = await together(
    async (db) => {
      await db`select from chat.notifications where id = ${ids[0] as string} for update`;
      await asUser(db, ada, (as) => as`select chat.send_message(${channel}, 'meanwhile')`);
    },
    [call(bob, (as) => as`select chat.mark_all_notifications_read()`)],
  );
  expect(outcome).toEqual(['done']);
  expect(await unreadTexts(bob)).toEqual(['meanwhile']);
});

it('a message is deleted while its notification is being read, and nothing of it is left', async () => {
  const { ada, bob, channel, ids } = await makeNotifications();
  const outcome = await together(
    (db) => db`select from chat.notifications where id = ${ids[1] as string} for update`,
    [
      call(bob, (as) => as`select chat.mark_all_notifications_read()`),
      call(ada, (as) => as`select chat.delete_message(${channel}, 2)`),
    ],
  );
  expect(outcome).toEqual(['done', 'done']);
  const rows =
    await database`select text from chat.notifications where user_id = ${bob} and type = 'dm' order by id`;
  expect(rows.map((row) => row.text)).toEqual(['first', 'third']);
});

it('what admins do to a channel and its people at once waits in one order', async () => {
  const { ada, bob, cy, channel } = await committed(async (db) => {
    const people = [await createUser(db), await createUser(db), await createUser(db)] as const;
    const id = await makeChannel(db, people[0], [people[1], people[2]]);
    await asUser(db, people[0], (as) => as`select chat.set_member_role(${id}, ${people[1]}, 'admin')`);
    return { ada: people[0], bob: people[1], cy: people[2], channel: id };
  });
  const outcome = await together(holdCounter(channel), [
    call(ada, (as) => as`select chat.update_channel(${channel}, description => 'new')`),
    call(bob, (as) => as`select chat.remove_member(${channel}, ${cy})`),
    call(ada, (as) => as`select chat.set_member_role(${channel}, ${cy}, 'admin')`),
    call(cy, (as) => as`select chat.leave_channel(${channel})`),
  ]);
  for (const result of outcome) expect(result).not.toMatch(/deadlock/);
});

it.each(['mark_read', 'mark_delivered'])(
  "a channel is deleted at the moment of somebody's %s",
  async (verb) => {
    const [ada, bob, channel] = await committed(async (db) => {
      const people = [await createUser(db), await createUser(db)] as const;
      return [...people, await makeChannel(db, people[0], [people[1]])] as const;
    });
    const outcome = await together(
      (db) =>
        db`select from chat.channel_states where channel_id = ${channel} and user_id = ${bob} for update`,
      [
        call(ada, (as) => as`select chat.delete_channel(${channel})`),
        call(bob, (as) => as.unsafe(`select chat.${verb}('${channel}', 1)`)),
      ],
    );
    expect(outcome).toEqual(['done', expect.stringContaining('channel_not_found')]);
  },
);

it('somebody whose right is taken while they wait for it does nothing with it', async () => {
  const { ada, bob, channel } = await makeGroup();
  const outcome = await together(
    async (db) => {
      await holdCounter(channel)(db);
      await asUser(db, ada, (as) => as`select chat.remove_member(${channel}, ${bob})`);
    },
    [
      call(bob, (as) => as`select chat.send_message(${channel}, 'too late')`),
      call(bob, (as) => as`select chat.add_reaction(${channel}, 1, '👍')`),
    ],
  );
  for (const result of outcome) expect(result).toMatch(/channel_not_found/);
  expect(await numbers(channel)).toEqual([[1, 0]]);
});

it('one id that is sent to two channels at once belongs to the first, and the other keeps its numbers', async () => {
  const [first, second] = [await makeGroup(), await makeGroup()];
  const id = randomUUID();
  const post = (group: typeof first) =>
    call(group.ada, (as) => as`select chat.send_message(${group.channel}, 'once', ${id})`);
  const [outcome] = await together(post(first), [post(second)]);
  expect(outcome).toMatch(/message_id_taken/);
  await committed(call(second.ada, (as) => as`select chat.send_message(${second.channel}, 'next')`));
  expect(await numbers(first.channel)).toEqual([
    [1, 0],
    [2, 0],
  ]);
  expect(await numbers(second.channel)).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

it('an edit and a deletion of one message at once leave nothing of either text behind', async () => {
  const { ada, channel } = await makeGroup();
  const outcome = await together(holdCounter(channel), [
    call(ada, (as) => as`select chat.edit_message(${channel}, 1, 'second')`),
    call(ada, (as) => as`select chat.delete_message(${channel}, 1)`),
  ]);
  expect(outcome[1]).toBe('done');
  const [message] = await database`select body, deleted_at from chat.messages where channel_id = ${channel}`;
  expect(message).toMatchObject({ body: '', deleted_at: expect.any(Date) });
});

it('a reply to a message that is being deleted is refused, and one in a thread that goes on is not', async () => {
  const { ada, bob, channel } = await makeGroup();
  const remove = (seq: number) => call(ada, (as) => as`select chat.delete_message(${channel}, ${seq})`);
  const reply = (seq: number) =>
    call(bob, (as) => as`select chat.send_message(${channel}, 'reply', parent_seq => ${seq})`);
  await committed(call(ada, (as) => as`select chat.send_message(${channel}, 'second')`));
  await committed(reply(2));
  expect(await together(remove(2), [reply(2)])).toEqual(['done']);
  const [outcome] = await together(remove(1), [reply(1)]);
  expect(outcome).toMatch(/message_deleted/);
  const rows = await database`
    select seq::int, parent_seq::int, reply_total from chat.messages where channel_id = ${channel} order by seq`;
  expect(rows.map((row) => [row.seq, row.parent_seq, row.reply_total])).toEqual([
    [1, null, 0],
    [2, null, 2],
    [3, 2, 0],
    [4, 2, 0],
  ]);
});
