/** People with clients that beat, for tests of the database, and what others are told of them. */
import { randomUUID } from 'node:crypto';
import { asUser, createUser, type Db } from './database.ts';

/** Somebody with clients of their own; `session` is the one all of them belong to. */
export async function person(db: Db) {
  const id = await createUser(db);
  const session = randomUUID();
  const claims = { session_id: session };
  const call = <T>(run: (as: Db) => Promise<T>) => asUser(db, id, run, claims);
  return {
    id,
    session,
    call,
    beat: (isActive = true, connection: string | null = null, channels: string[] = []) =>
      call((as) => as`select * from chat.heartbeat(${channels}, ${isActive}, ${connection})`),
    leave: (connection: string | null = null) => call((as) => as`select chat.go_offline(${connection})`),
    choose: (status: string | null, activity: string | null = null) =>
      call((as) => as`select * from chat.set_presence(${status}, activity => ${activity})`),
    say: (text: string | null, emoji: string | null = null, until: Date | null = null) =>
      call((as) => as`select * from chat.set_status(${text}, ${emoji}, ${until})`),
  };
}

/** Lets time pass for one person's connections, or for one of them. */
export const pass = (db: Db, { id }: { id: string }, seconds: number, connection: string | null = null) =>
  db`update chat_private.connections
        set seen_at = seen_at - make_interval(secs => ${seconds}), active_at = active_at - make_interval(secs => ${seconds}),
            gone_at = gone_at - make_interval(secs => ${seconds})
      where user_id = ${id} and (${connection}::uuid is null or id = ${connection})`;

/** The next beat looks for those who have gone, however recently one has. */
export const sweepIsDue = (db: Db) =>
  db`insert into chat_private.presence_sweeps (swept_at) values ('-infinity')
     on conflict (is_only) do update set swept_at = excluded.swept_at`;

export const told = async (db: Db, { id }: { id: string }) =>
  (await db`select status from chat.presence where user_id = ${id}`)[0]?.status as string | undefined;

export const seenBy = async (viewer: Awaited<ReturnType<typeof person>>, { id }: { id: string }) =>
  (await viewer.call((as) => as`select * from chat.get_presence(${[id]})`))[0];

/** What this person's presence has been announced as, oldest first. */
export const announced = async (db: Db, { id }: { id: string }) => {
  const rows = await db`
    select payload from realtime.messages
     where topic like 'presence:%' and event = 'presence:changed' and payload ->> 'user_id' = ${id}
     order by (payload ->> 'updated_at')::timestamptz`;
  return rows.map((row) => row.payload as Record<string, unknown>);
};
