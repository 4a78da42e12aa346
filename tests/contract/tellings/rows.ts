/** What a story leaves in the database, with people by their names and messages by their place: all that no document decides. */
import { database } from '../../helpers/database.ts';
import type { Actor } from './telling.ts';

type Name = string;

export interface Rows {
  channel: { kind: string; name: string | null; createdBy: Name | null; isThere: boolean };
  members: Record<Name, string>;
  messages: Message[];
  /** How many messages somebody has read, as they know it and as it is shown to others. */
  read: Record<Name, [own: number, shown: number]>;
  /** The oldest first. */
  notifications: Record<Name, Notification[]>;
  presence: Record<Name, string>;
  accounts: Record<Name, string>;
  sessions: Record<Name, number>;
}

interface Message {
  by: Name;
  says: string;
  /** What it said before, the first words first. */
  said: string[];
  mentions: Name[];
  /** As the message names them, and as they are there. */
  files: string[];
  stored: string[];
  deletedBy: Name | null;
}

export interface Notification {
  type: string;
  by: Name;
  text: string;
  isRead: boolean;
}

export async function rowsOf(channel: string, people: Actor[]): Promise<Rows> {
  const ids = people.map(({ id }) => id);
  const nameOf = (id: string): Name => people.find((person) => person.id === id)?.name ?? id;
  const named = (text: string) =>
    people
      .reduce((rest, { id, name }) => rest.replaceAll(id, name), text)
      .replaceAll(/https?:\/\/\S+/g, 'address');
  const byName = <Value>(rows: { user_id?: string }[], toValue: (row: never) => Value) =>
    Object.fromEntries(rows.map((row) => [nameOf(row.user_id ?? ''), toValue(row as never)]));

  const [channels, members, messages, read, notifications, presence, accounts, sessions] = await Promise.all([
    database`
      select kind, coalesce(name, slug) as name, created_by, deleted_at is null as is_there
        from chat.channels where id = ${channel}`,
    database`select user_id, role from chat.channel_members where channel_id = ${channel}`,
    database`
      select m.author_id, m.body, m.mention_ids, m.deleted_by, m.files,
             array(select e.body from chat.message_edits e
                    where e.channel_id = m.channel_id and e.seq = m.seq order by e.change) as said,
             array(select f.name from chat.files f
                    where f.channel_id = m.channel_id and f.seq = m.seq and f.uploader_id = m.author_id
                      and f.uploaded_at is not null and f.deleted_at is null order by f.id) as stored
        from chat.messages m where m.channel_id = ${channel} and m.kind = 'user' order by m.seq`,
    database`
      select r.user_id,
             (select count(*)::int from chat.messages m
               where m.channel_id = s.channel_id and m.kind = 'user' and m.seq <= s.last_read_seq) as own,
             (select count(*)::int from chat.messages m
               where m.channel_id = s.channel_id and m.kind = 'user' and m.seq <= r.read_seq) as shown
        from chat.receipts r join chat.channel_states s using (channel_id, user_id)
       where r.channel_id = ${channel}`,
    database`
      select user_id, type, actor_id, text, read_at is not null as is_read from chat.notifications
       where user_id = any (${ids}) order by id`,
    database`
      select user_id, status, manual_status, activity from chat.presence where user_id = any (${ids})`,
    database`
      select p.id as user_id, a.role, a.suspend_reason, p.deleted_at is not null as is_deleted,
             exists (select from auth.users u where u.id = p.id and u.encrypted_password <> '') as has_password
        from chat.profiles p left join chat.accounts a on a.user_id = p.id where p.id = any (${ids})`,
    database`select user_id, count(*)::int as open from auth.sessions where user_id = any (${ids}) group by 1`,
  ]);
  const [row] = channels;
  return {
    channel: {
      kind: row?.kind,
      name: row?.name,
      createdBy: row?.created_by && nameOf(row.created_by),
      isThere: row?.is_there,
    },
    members: byName(members, ({ role }: { role: string }) => role),
    messages: messages.map((message) => ({
      by: nameOf(message.author_id),
      says: named(message.body),
      said: message.said.map(named),
      mentions: message.mention_ids.map(nameOf),
      files: message.files.map(({ name }: { name: string }) => name),
      stored: message.stored,
      deletedBy: message.deleted_by && nameOf(message.deleted_by),
    })),
    read: byName(read, ({ own, shown }: { own: number; shown: number }): [number, number] => [own, shown]),
    notifications: Object.fromEntries(
      people.map(({ id, name }) => [
        name,
        notifications
          .filter(({ user_id }) => user_id === id)
          .map(({ type, actor_id, text, is_read }) => ({
            type,
            by: nameOf(actor_id),
            text: named(text),
            isRead: is_read,
          })),
      ]),
    ),
    presence: byName(presence, (one: Record<string, string | null>) =>
      [one.status, one.manual_status && 'chosen', one.activity].filter(Boolean).join(', '),
    ),
    accounts: byName(accounts, (one: Record<string, string | boolean | null>) =>
      one.is_deleted
        ? `deleted${one.role || one.has_password ? ', not wholly' : ''}`
        : [one.role, one.has_password && 'with a password', one.suspend_reason].filter(Boolean).join(', '),
    ),
    sessions: byName(sessions, ({ open }: { open: number }) => open),
  };
}
