/** The rows of `storage.objects`: what they hold, and how they are found, rehearsed and written. */
import type postgres from 'postgres';
import type { Database, RequestFacts, Transaction } from './database.ts';
import type { ObjectMetadata, UserMetadata } from './metadata.ts';
import type { Caller } from './tokens.ts';

export interface ObjectRow {
  id: string;
  bucket_id: string;
  name: string;
  owner: string | null;
  owner_id: string | null;
  /** Names the file. Rows written by hand may lack it, and any of the metadata. */
  version: string | null;
  metadata: Partial<ObjectMetadata> | null;
  user_metadata: UserMetadata;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
}

/** Names one object. */
export interface Address {
  bucket: string;
  key: string;
}

/** How answers and signed URLs name it. */
export function addressText({ bucket, key }: Address): string {
  return `${bucket}/${key}`;
}

export interface NewObject extends Address {
  owner: string | undefined;
  userMetadata: UserMetadata;
}

const COLUMNS = [
  'id',
  'bucket_id',
  'name',
  'owner',
  'owner_id',
  'version',
  'metadata',
  'user_metadata',
  'created_at',
  'updated_at',
  'last_accessed_at',
] as const;

/** What a policy sees of the version of a row that is only rehearsed. */
const REHEARSED_VERSION = '1';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export async function findObject(tx: Transaction, { bucket, key }: Address): Promise<ObjectRow | undefined> {
  const [row] = await tx<ObjectRow[]>`
    select ${tx(COLUMNS)} from storage.objects where bucket_id = ${bucket} and name = ${key}`;
  return row;
}

/** Keeps other writers of this object waiting until the transaction ends, and returns what they left. */
export async function lockObject(tx: Transaction, { bucket, key }: Address): Promise<ObjectRow | undefined> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${addressText({ bucket, key })}, 0))`;
  const [row] = await tx<ObjectRow[]>`
    select ${tx(COLUMNS)} from storage.objects where bucket_id = ${bucket} and name = ${key} for update`;
  return row;
}

/** What is known of a file before its bytes have arrived. */
export interface Announced {
  mimetype: string;
  contentLength: number | undefined;
}

/** Finds out whether the caller may write this object, so that nobody sends bytes in vain. */
export function rehearseWrite(
  database: Database,
  caller: Caller,
  facts: RequestFacts,
  object: NewObject,
  announced: Announced,
  upsert: boolean,
): Promise<void> {
  return database.rehearse(caller, facts, async (tx) => {
    const metadata = {
      mimetype: announced.mimetype,
      ...(announced.contentLength !== undefined && { contentLength: announced.contentLength }),
    };
    const values = { ...columnsOf(tx, object), version: REHEARSED_VERSION, metadata: tx.json(metadata) };
    if (upsert) await upsertRow(tx, values);
    else await tx`insert into storage.objects ${tx(values)}`;
  });
}

/** Writes the row, over an older one of the same name. */
export async function writeObject(
  tx: Transaction,
  object: NewObject,
  version: string,
  metadata: ObjectMetadata,
): Promise<ObjectRow> {
  return upsertRow(tx, { ...columnsOf(tx, object), version, metadata: tx.json({ ...metadata }) });
}

/** The owner as the table has it twice: any text, and beside it a UUID if it is one. */
export function ownerColumns(owner: string | undefined): { owner: string | null; owner_id: string | null } {
  return { owner: owner && UUID.test(owner) ? owner : null, owner_id: owner ?? null };
}

/** Renames the row, and makes the caller its owner. No row when there is none, or none that may be changed. */
export async function renameObject(
  tx: Transaction,
  from: Address,
  to: Address,
  owner: string | undefined,
  version = REHEARSED_VERSION,
): Promise<boolean> {
  const values = {
    bucket_id: to.bucket,
    name: to.key,
    version,
    ...(owner !== undefined && ownerColumns(owner)),
  };
  const renamed = await tx`
    update storage.objects set ${tx(values)} where bucket_id = ${from.bucket} and name = ${from.key}
    returning id`;
  return renamed.length > 0;
}

/** Deletes those of the objects that the current role may see and delete. */
export function deleteObjects(tx: Transaction, bucket: string, keys: string[]): Promise<ObjectRow[]> {
  return tx<ObjectRow[]>`
    delete from storage.objects where bucket_id = ${bucket} and name = any(${keys}) returning ${tx(COLUMNS)}`;
}

type RowValues = ReturnType<typeof columnsOf> & { version: string; metadata: postgres.Parameter };

function columnsOf(tx: Transaction, object: NewObject) {
  return {
    bucket_id: object.bucket,
    name: object.key,
    user_metadata: object.userMetadata === null ? null : tx.json(object.userMetadata),
    ...ownerColumns(object.owner),
  };
}

async function upsertRow(tx: Transaction, values: RowValues): Promise<ObjectRow> {
  // A writer without a name leaves the owner as it was.
  const [row] = await tx<[ObjectRow]>`
    insert into storage.objects ${tx(values)}
    on conflict (name, bucket_id) do update set
      version = excluded.version,
      metadata = excluded.metadata,
      user_metadata = excluded.user_metadata,
      owner = case when excluded.owner_id is null then objects.owner else excluded.owner end,
      owner_id = coalesce(excluded.owner_id, objects.owner_id)
    returning ${tx(COLUMNS)}`;
  return row;
}
