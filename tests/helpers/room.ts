/** A room of three people for tests of the database: who is in it, and what they do there. */
import { randomUUID } from 'node:crypto';
import { asUser, createUser, type Db } from './database.ts';

export interface Room {
  channel: string;
  ada: string;
  bob: string;
  eve: string;
}

/** With usernames of their own: two transactions that want the same one wait for each other. */
async function createPeople(db: Db): Promise<[string, string, string]> {
  const create = (name: string) =>
    createUser(db, { name, username: `${name.toLowerCase()}-${randomUUID().slice(0, 8)}` });
  return [await create('Ada'), await create('Bob'), await create('Eve')];
}

/** A group of Ada, who made it, and Bob; Eve is a stranger. A group tells nothing of itself: its first message is number 1. */
export async function createRoom(db: Db): Promise<Room> {
  const [ada, bob, eve] = await createPeople(db);
  const [row] = await asUser(db, ada, (as) => as`select id from chat.create_group(${[bob]})`);
  return { channel: row?.id as string, ada, bob, eve };
}

/** A private channel of Ada, its owner, and Bob; it begins with the message that it was created. */
export async function createPrivateChannel(db: Db): Promise<Room> {
  const [ada, bob, eve] = await createPeople(db);
  const [row] = await asUser(
    db,
    ada,
    (as) => as`select id from chat.create_channel(${`room-${ada}`}, 'private', member_ids => ${[bob]})`,
  );
  return { channel: row?.id as string, ada, bob, eve };
}

/** Adds so many people whom nobody knows to a channel. */
export async function addCrowd(db: Db, channel: string, size: number): Promise<string[]> {
  const people = await db`
    insert into auth.users (id, email)
    select id, id || '@example.com' from (select gen_random_uuid() as id from generate_series(1, ${size})) ids
    returning id`;
  const crowd = people.map(({ id }) => id as string);
  await db`insert into chat.channel_members (channel_id, user_id) select ${channel}, unnest(${crowd}::uuid[])`;
  return crowd;
}

export interface Sent {
  seq: number;
  id: string;
  body: string;
  created_at: Date;
  parent_seq: number | null;
  in_channel: boolean;
  mention_ids: string[];
  mentions_everyone: string | null;
}

/** Sends a message, or a reply with `parent`. */
export function send(
  db: Db,
  author: string,
  channel: string,
  body: string,
  options: { id?: string; parent?: number; alsoInChannel?: boolean } = {},
): Promise<Sent> {
  const { id = null, parent = null, alsoInChannel = false } = options;
  return asUser(db, author, async (as) => {
    const [row] = await as`
      select seq::int, id, body, created_at, parent_seq::int, in_channel, mention_ids, mentions_everyone
        from chat.send_message(${channel}, ${body}, ${id}, ${parent}, ${alsoInChannel})`;
    return row as unknown as Sent;
  });
}

/** How many messages and mentions the user has not read. */
export const unread = (db: Db, user: string, channel: string) =>
  asUser(db, user, async (as) => {
    const [row] = await as`
      select unread_count::int as messages, mention_count::int as mentions from chat.my_channels where id = ${channel}`;
    return row as unknown as { messages: number; mentions: number };
  });

/** What Realtime was given on a topic during this transaction, oldest first. */
export const heard = async (db: Db, topic: string, event: string) =>
  (
    await db`select payload from realtime.messages where topic = ${topic} and event = ${event} order by cmin::text::integer, ctid`
  ).map((row) => row.payload as Record<string, unknown>);
