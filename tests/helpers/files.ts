/** Files in tests of the database: announced by somebody, and stored as Storage would. */
import { asUser, type Db } from './database.ts';

export interface FileRow {
  id: string;
  path: string;
  name: string;
  mime_type: string;
  size: string;
}

export const announce = (
  db: Db,
  user: string,
  channel: string | null,
  options: {
    name?: string;
    type?: string | null;
    size?: number | null;
    id?: string;
    width?: number;
    height?: number;
  } = {},
): Promise<FileRow> => {
  const { name = 'a.txt', type = 'text/plain', size = 5, id = null, width = null, height = null } = options;
  return asUser(db, user, async (as) => {
    const [row] =
      await as`select * from chat.create_file(${name}, ${type}, ${size}, ${channel}, ${width}, ${height}, ${id})`;
    return row as unknown as FileRow;
  });
};

export const pathOf = ({ path }: FileRow) => path;

/** What Storage writes in the end, as itself: who owns the object, what it is, and how large. */
export const store = (
  db: Db,
  path: string,
  owner: string | null,
  metadata: object = { size: 5, mimetype: 'text/plain' },
) =>
  db`insert into storage.objects (bucket_id, name, owner_id, metadata) values ('files', ${path}, ${owner}, ${db.json(metadata as never)})`;

/** Announced and stored, not sent yet. */
export async function upload(db: Db, user: string, channel: string | null, options = {}): Promise<FileRow> {
  const file = await announce(db, user, channel, options);
  await store(db, pathOf(file), user);
  return file;
}

/** As Storage does when somebody removes the object there. */
export const remove = (db: Db, file: FileRow) =>
  db.savepoint(async (step) => {
    await step`select set_config('storage.allow_delete_query', 'true', true)`;
    await step`delete from storage.objects where bucket_id = 'files' and name = ${pathOf(file)}`;
  });

/** What nothing refers to any more in a folder of Storage, by name. */
export const doomed = async (db: Db, folder: string) =>
  (
    await db`select name from chat_private.doomed_objects where name like ${`${folder}/%`} order by name collate "C"`
  ).map(({ name }) => name as string);

export interface Sent {
  id: string;
  seq: number;
  body: string;
  change: number;
  files: { id: string }[];
  file_ids: string[];
  deleted_at: Date | null;
}

export const sendFiles = (
  db: Db,
  user: string,
  channel: string,
  files: (FileRow | { id: string })[],
  body = '',
  id: string | null = null,
) =>
  asUser(db, user, async (as) => {
    const [row] = await as`
      select *, seq::int from chat.send_message(${channel}, ${body}, ${id}, file_ids => ${files.map((file) => file.id)}::uuid[])`;
    return row as unknown as Sent;
  });

export const messageAt = async (db: Db, channel: string, seq: number) => {
  const [row] =
    await db`select *, seq::int, change::int from chat.messages where channel_id = ${channel} and seq = ${seq}`;
  return row as unknown as Sent;
};

export const stateOf = async (db: Db, file: FileRow) => {
  const [row] = await db`
    select seq::int, uploaded_at is not null as uploaded, deleted_at is not null as deleted from chat.files where id = ${file.id}`;
  return row && { ...row };
};
