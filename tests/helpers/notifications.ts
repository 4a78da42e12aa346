/** Notifications in the database: what somebody has, and a team of people who can be meant. */
import { randomUUID } from 'node:crypto';
import { asUser, createUser, type Db } from './database.ts';
import { createPrivateChannel, heard } from './room.ts';

interface Listed {
  id: string;
  type: string;
  seq: number | null;
  text: string;
  custom: Record<string, string>;
  is_silent: boolean;
  actor: { id: string; name: string } | null;
  unread_count: number;
  read_at: Date | null;
}

/** The user's notifications, newest first, without the invitations that a test is not about. */
export const list = (db: Db, user: string, { invites = false } = {}) =>
  asUser(db, user, async (as) => {
    const rows = await as<Listed[]>`
      select id, type, seq::int, text, custom, is_silent, actor, unread_count::int, read_at from chat.list_notifications()`;
    return rows.filter(({ type }) => invites || type !== 'channel_invite');
  });
export const types = async (db: Db, user: string) => (await list(db, user)).map(({ type }) => type);
export const unreadCount = (db: Db, user: string) =>
  asUser(
    db,
    user,
    async (as) => (await as`select chat.unread_notification_count()::int as count`)[0]?.count as number,
  );
export const prefer = (db: Db, user: string, preferences: object) =>
  db`update chat.preferences set ${db(preferences)} where user_id = ${user}`;
export const told = (db: Db, user: string, event: string) => heard(db, `user:${user}`, event);

/** A person with a username to be meant by, in the channel. */
export async function addMember(db: Db, channel: string, by: string, name: string) {
  const username = `${name}${randomUUID().slice(0, 8)}`;
  const id = await createUser(db, { name, username });
  await asUser(db, by, (as) => as`select from chat.add_members(${channel}, ${[id]})`);
  return { id, at: `@${username}` };
}

/** Ada's private channel with Bob, Cy and Dee, all of whom can be meant. */
export async function createTeam(db: Db) {
  const { channel, ada, bob } = await createPrivateChannel(db);
  const [cy, dee] = [await addMember(db, channel, ada, 'cy'), await addMember(db, channel, ada, 'dee')];
  const [row] = await db`select username from chat.profiles where id = ${bob}`;
  return { channel, ada, bob: { id: bob, at: `@${row?.username}` }, cy, dee };
}
