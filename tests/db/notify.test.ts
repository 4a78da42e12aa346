/** Who is told of what, rule by rule. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, rolledBack } from '../helpers/database.ts';
import { addMember, createTeam, list, prefer, told, types } from '../helpers/notifications.ts';
import { addCrowd, createPrivateChannel, createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

describe('a message', () => {
  it('in a channel is told to those it means, and to nobody else', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy } = await createTeam(db);
      const { id, seq } = await send(db, ada, channel, `see\n this,  ${bob.at}`);
      const [notification, ...others] = await list(db, bob.id);
      expect(notification).toMatchObject({
        type: 'mention',
        seq,
        text: `see this, ${bob.at}`,
        is_silent: false,
        actor: { id: ada, name: 'Ada' },
      });
      expect(others).toEqual([]);
      expect(await types(db, cy.id)).toEqual([]);
      expect(await types(db, ada)).toEqual([]);
      expect(await told(db, bob.id, 'notification:new')).toContainEqual(
        expect.objectContaining({
          id: notification?.id,
          type: 'mention',
          message_id: id,
          actor: expect.objectContaining({ id: ada }),
          channel: expect.objectContaining({ id: channel, kind: 'private' }),
        }),
      );
    }));

  it('is never told to its author, who may mean themselves', () =>
    rolledBack(async (db) => {
      const { channel, bob } = await createTeam(db);
      await send(db, bob.id, channel, `note to ${bob.at} and @channel`);
      expect(await types(db, bob.id)).toEqual([]);
    }));

  it('to @channel is told to every member, in a channel of more than 1,000 to none', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy } = await createTeam(db);
      await send(db, ada, channel, 'look, @channel');
      expect(await list(db, bob.id)).toMatchObject([{ type: 'mention', custom: { everyone: 'channel' } }]);
      expect(await types(db, cy.id)).toEqual(['mention']);
      await addCrowd(db, channel, 1_000);
      await send(db, ada, channel, `again, @channel and ${cy.at}`);
      expect(await types(db, bob.id)).toEqual(['mention']);
      expect(await types(db, cy.id)).toEqual(['mention', 'mention']);
    }));

  it('to @here is told to those who are', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy, dee } = await createTeam(db);
      const be = (status: string, user: string) =>
        db`insert into chat.presence (user_id, status) values (${user}, ${status})
           on conflict (user_id) do update set status = ${status}`;
      await be('online', bob.id);
      await be('offline', cy.id);
      await be('away', dee.id);
      await send(db, ada, channel, 'lunch, @here?');
      expect(await list(db, bob.id)).toMatchObject([{ type: 'mention', custom: { everyone: 'here' } }]);
      expect([await types(db, cy.id), await types(db, dee.id)]).toEqual([[], []]);
    }));

  it('in a conversation is told to all others as a direct message, and to whom it means as a mention', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const cy = await addMember(db, channel, ada, 'cy');
      await send(db, ada, channel, `hello ${cy.at}`);
      expect([await types(db, bob), await types(db, cy.id)]).toEqual([['dm'], ['mention']]);
    }));

  it('in a thread is told once to each who follows it, to whom it means as a mention', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy, dee } = await createTeam(db);
      const { seq: parent } = await send(db, ada, channel, 'root');
      await send(db, bob.id, channel, 'reply', { parent });
      await send(db, cy.id, channel, `reply to ${bob.at}`, { parent });
      expect(await types(db, ada)).toEqual(['thread_reply', 'thread_reply']);
      expect(await types(db, bob.id)).toEqual(['mention']);
      expect(await types(db, cy.id)).toEqual([]);
      await asUser(db, ada, (as) => as`select chat.follow_thread(${channel}, ${parent}, false)`);
      await send(db, bob.id, channel, 'more', { parent });
      expect(await types(db, ada)).toHaveLength(2);
      expect(await types(db, cy.id)).toEqual(['thread_reply']);
      expect(await types(db, dee.id)).toEqual([]);
    }));

  it('in a thread of a conversation is told once to each of the others', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'root');
      await send(db, ada, channel, 'reply to myself', { parent: 1 });
      await send(db, bob, channel, 'reply', { parent: 1 });
      expect(await types(db, bob)).toEqual(['dm', 'dm']);
      expect(await types(db, ada)).toEqual(['thread_reply']);
    }));

  it('that is sent again is told once', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const id = randomUUID();
      await send(db, ada, channel, 'once', { id });
      await send(db, ada, channel, 'once', { id });
      expect(await types(db, bob)).toEqual(['dm']);
    }));

  it('of 40,000 characters is told in 200, without the brackets of names', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, `@[Bob] ${'😀 '.repeat(15_000)}`);
      const [notification] = await list(db, bob);
      expect([...(notification?.text ?? '')]).toHaveLength(200);
      expect(notification?.text).toMatch(/^@Bob 😀 😀/);
    }));

  it('is stored also when nobody can be notified', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      await db`alter table chat.notifications add constraint broken check (false) not valid`;
      expect(await send(db, ada, channel, 'still here')).toMatchObject({ seq: 1 });
      expect(
        await db`select from chat.notifications where channel_id = ${channel} and seq is not null`,
      ).toHaveLength(0);
    }));

  it('of the system is told to nobody', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await prefer(db, bob.id, { level: 'all' });
      await asUser(db, ada, (as) => as`select chat.update_channel(${channel}, description => 'new')`);
      expect(await types(db, bob.id)).toEqual([]);
    }));
});

describe('who wants to hear', () => {
  it('nothing at all hears nothing', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await prefer(db, bob.id, { notifications: false });
      await send(db, ada, channel, bob.at);
      expect(await types(db, bob.id)).toEqual([]);
    }));

  it('everything of one channel hears of each message there, and not of pure replies', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy } = await createTeam(db);
      await asUser(db, bob.id, (as) => as`select chat.set_channel_state(${channel}, notify_level => 'all')`);
      const { seq: parent } = await send(db, ada, channel, 'hello');
      await send(db, ada, channel, 'reply', { parent });
      expect([await types(db, bob.id), await types(db, cy.id)]).toEqual([['message'], []]);
    }));

  it('everything in general hears of each message in channels of up to 100 members, except where they said otherwise', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy } = await createTeam(db);
      await prefer(db, bob.id, { level: 'all' });
      await prefer(db, cy.id, { level: 'all' });
      await asUser(
        db,
        cy.id,
        (as) => as`select chat.set_channel_state(${channel}, notify_level => 'mentions')`,
      );
      await send(db, ada, channel, 'hello');
      expect([await types(db, bob.id), await types(db, cy.id)]).toEqual([['message'], []]);
    }));

  it('nothing in general but mentions of one channel hears of those', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await prefer(db, bob.id, { level: 'nothing' });
      await send(db, ada, channel, bob.at);
      expect(await types(db, bob.id)).toEqual([]);
      await asUser(
        db,
        bob.id,
        (as) => as`select chat.set_channel_state(${channel}, notify_level => 'mentions')`,
      );
      await send(db, ada, channel, bob.at);
      expect(await types(db, bob.id)).toEqual(['mention']);
    }));

  it('only mentions of a conversation hears nothing else of it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await asUser(
        db,
        bob,
        (as) => as`select chat.set_channel_state(${channel}, notify_level => 'mentions')`,
      );
      await send(db, ada, channel, 'hello');
      await send(db, ada, channel, 'hello @channel');
      expect(await types(db, bob)).toEqual(['mention']);
    }));

  it('nothing of a channel for a while hears nothing until that is over', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await asUser(db, bob.id, (as) => as`select chat.set_channel_state(${channel}, is_muted => true)`);
      await send(db, ada, channel, bob.at);
      expect(await types(db, bob.id)).toEqual([]);
      await db`update chat.channel_states set muted_until = now() - interval '1 second' where user_id = ${bob.id}`;
      await send(db, ada, channel, bob.at);
      expect(await types(db, bob.id)).toEqual(['mention']);
    }));

  it('nothing at this hour is told in silence', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await prefer(db, bob.id, { dnd_enabled: true, dnd_start: '00:00', dnd_end: '00:00' });
      await send(db, ada, channel, bob.at);
      expect(await list(db, bob.id)).toMatchObject([{ type: 'mention', is_silent: true }]);
      expect(await told(db, bob.id, 'notification:new')).toContainEqual(
        expect.objectContaining({ type: 'mention', is_silent: true }),
      );
    }));

  it.each([
    ['somebody they have blocked', true],
    ['somebody who has blocked them', false],
  ])('nothing of %s is not told of it', (_whom, bobBlocks) =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy } = await createTeam(db);
      const [blocker, blocked] = bobBlocks ? [bob.id, ada] : [ada, bob.id];
      await asUser(db, blocker, (as) => as`select chat.block_user(${blocked})`);
      await send(db, ada, channel, `${bob.at} ${cy.at}`);
      expect([await types(db, bob.id), await types(db, cy.id)]).toEqual([[], ['mention']]);
    }),
  );

  it('but is suspended hears nothing', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      const { seq } = await send(db, ada, channel, bob.at);
      await db`update chat.accounts set suspended_at = now() where user_id = ${bob.id}`;
      await send(db, ada, channel, `again ${bob.at}`);
      await asUser(db, ada, (as) => as`select chat.edit_message(${channel}, ${seq}, ${`psst ${bob.at}`})`);
      expect(
        await db`select from chat.notifications where user_id = ${bob.id} and type = 'mention'`,
      ).toHaveLength(1);
      expect(await told(db, bob.id, 'notification:updated')).toEqual([]);
    }));
});

describe('a reaction', () => {
  const react = (db: Db, user: string, channel: string, emoji: string) =>
    asUser(db, user, (as) => as`select chat.add_reaction(${channel}, 1, ${emoji})`);

  it('is told to the author, once of each person, and not to who reacts to themselves', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const cy = await addMember(db, channel, ada, 'cy');
      await send(db, ada, channel, 'news');
      await react(db, ada, channel, '🎉');
      await react(db, bob, channel, '👍');
      await react(db, bob, channel, '❤️');
      await react(db, cy.id, channel, '👍');
      expect(await list(db, ada)).toMatchObject([
        { type: 'reaction', seq: 1, text: 'news', custom: { emoji: '👍' }, actor: { id: cy.id } },
        { type: 'reaction', seq: 1, text: 'news', custom: { emoji: '👍' }, actor: { id: bob } },
      ]);
      expect(await types(db, bob)).toEqual(['dm']);
    }));

  it('to what the system says is told to nobody', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await asUser(db, bob.id, (as) => as`select chat.add_reaction(${channel}, 1, '🎉')`);
      expect(await db`select from chat.reactions where channel_id = ${channel}`).toHaveLength(1);
      expect(await types(db, ada)).toEqual([]);
    }));

  it('that is taken back unread was never said', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'news');
      await react(db, bob, channel, '👍');
      const [{ id } = { id: '' }] = await list(db, ada);
      await asUser(db, bob, (as) => as`select chat.remove_reaction(${channel}, 1, '👍')`);
      expect(await types(db, ada)).toEqual([]);
      expect(await told(db, ada, 'notification:deleted')).toEqual([expect.objectContaining({ ids: [id] })]);
    }));
});

describe('an invitation', () => {
  it('is told to whom somebody else has added, with the name of the channel', () =>
    rolledBack(async (db) => {
      const { ada, bob, eve, channel } = await createPrivateChannel(db);
      expect(await list(db, bob, { invites: true })).toMatchObject([
        { type: 'channel_invite', seq: null, text: `room-${ada}`, actor: { id: ada } },
      ]);
      expect(await list(db, ada, { invites: true })).toEqual([]);
      await asUser(db, ada, (as) => as`select from chat.add_members(${channel}, ${[eve, bob]})`);
      expect(await list(db, eve, { invites: true })).toHaveLength(1);
      expect(await list(db, bob, { invites: true })).toHaveLength(1);
    }));

  it('is nothing that one gives oneself, nor direct messages', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const [row] = await asUser(db, ada, (as) => as`select id from chat.create_channel(${`c-${ada}`})`);
      await asUser(db, bob, (as) => as`select chat.join_channel(${row?.id})`);
      await asUser(db, ada, (as) => as`select chat.open_dm(${bob})`);
      expect(await list(db, bob, { invites: true })).toEqual([]);
    }));
});

describe('an edit', () => {
  const edit = (db: Db, user: string, channel: string, seq: number, body: string) =>
    asUser(db, user, (as) => as`select chat.edit_message(${channel}, ${seq}, ${body})`);

  it('is told to those the old text did not mean, once', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy, dee } = await createTeam(db);
      const { seq } = await send(db, ada, channel, `hi ${bob.at}`);
      await edit(db, ada, channel, seq, `hi ${bob.at} and ${cy.at}`);
      await edit(db, ada, channel, seq, `hi ${cy.at}`);
      await edit(db, ada, channel, seq, `hi ${bob.at} and @channel`);
      expect(await types(db, bob.id)).toEqual(['mention']);
      expect(await types(db, cy.id)).toEqual(['mention']);
      expect(await types(db, dee.id)).toEqual(['mention']);
    }));

  it('is not told to those the old text meant, who did not want to hear of it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, cy } = await createTeam(db);
      const mute = (isMuted: boolean) =>
        asUser(db, bob.id, (as) => as`select chat.set_channel_state(${channel}, is_muted => ${isMuted})`);
      await mute(true);
      const { seq } = await send(db, ada, channel, `hi ${bob.at}`);
      await mute(false);
      await edit(db, ada, channel, seq, `hi ${bob.at} and ${cy.at}`);
      expect([await types(db, bob.id), await types(db, cy.id)]).toEqual([[], ['mention']]);
    }));

  it('changes the text of what was told, also to those who have read it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'secret');
      await asUser(db, bob, (as) => as`select chat.mark_read(${channel}, 1)`);
      await edit(db, ada, channel, 1, 'nothing');
      const [notification] = await list(db, bob);
      expect(notification?.text).toBe('nothing');
      expect(await told(db, bob, 'notification:updated')).toMatchObject([
        { id: notification?.id, text: 'nothing' },
      ]);
    }));

  it('says nothing to those who have left', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      const { seq } = await send(db, ada, channel, `hi ${bob.at}`);
      await asUser(db, bob.id, (as) => as`select chat.mark_read(${channel}, ${seq})`);
      await asUser(db, ada, (as) => as`select chat.remove_member(${channel}, ${bob.id})`);
      await edit(db, ada, channel, seq, 'now among us');
      expect(await told(db, bob.id, 'notification:updated')).toEqual([]);
      expect(await list(db, bob.id, { invites: true })).toEqual([]);
    }));
});
