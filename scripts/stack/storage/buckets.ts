/** Buckets: create, list, read, change, empty and delete them. */
import { isMimePattern } from './content-headers.ts';
import { become, type Database, type Transaction } from './database.ts';
import { bucketNotEmpty, invalidMimeType, noSuchBucket, tooLarge } from './errors.ts';
import type { Files } from './files.ts';
import { checkBucketName } from './names.ts';
import { deleteObjects, ownerColumns } from './objects.ts';
import { json, type Route, route } from './routes.ts';
import { MOST_ROWS } from './schemas.ts';
import { SERVICE } from './tokens.ts';

/** What an upload must know of its bucket. */
export interface Bucket {
  id: string;
  public: boolean;
  file_size_limit: number | null;
  allowed_mime_types: string[] | null;
}

interface BucketRow extends Bucket {
  name: string;
  owner: string | null;
  type: string;
  created_at: Date;
  updated_at: Date;
}

interface BucketSettings {
  public?: boolean;
  file_size_limit?: number | string | null;
  allowed_mime_types?: string[] | null;
}

interface BucketRequest extends BucketSettings {
  id?: string;
  name: string;
}

interface BucketListQuery {
  limit?: number;
  offset?: number;
  sortColumn: string;
  sortOrder: string;
  search?: string;
}

const SETTINGS_SCHEMA = {
  public: { type: 'boolean' },
  file_size_limit: {
    anyOf: [
      { type: 'integer', finite: true, minimum: 0, nullable: true },
      {
        type: 'string',
        pattern: '^[0-9]+(?:\\.[0-9]+)?(?:[gG][bB]|[mM][bB]|[kK][bB]|[bB])$',
        nullable: true,
      },
    ],
  },
  allowed_mime_types: { type: 'array', items: { type: 'string' }, nullable: true },
};
const CREATE_SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' }, id: { type: 'string' }, ...SETTINGS_SCHEMA },
  required: ['name'],
};
const UPDATE_SCHEMA = {
  type: 'object',
  properties: SETTINGS_SCHEMA,
  anyOf: Object.keys(SETTINGS_SCHEMA).map((name) => ({ required: [name] })),
};
const LIST_SCHEMA = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: MOST_ROWS },
    offset: { type: 'integer', minimum: 0, maximum: MOST_ROWS },
    sortColumn: { type: 'string', enum: ['id', 'name', 'created_at', 'updated_at'], default: 'id' },
    sortOrder: { type: 'string', enum: ['asc', 'desc'], default: 'asc' },
    search: { type: 'string' },
  },
};

const ROW_COLUMNS = [
  'id',
  'name',
  'owner',
  'public',
  'file_size_limit',
  'allowed_mime_types',
  'created_at',
  'updated_at',
] as const;
const BYTES = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };
const EMPTIED_AT_ONCE = 1000;

export async function findBucket(tx: Transaction, id: string): Promise<Bucket | undefined> {
  const [bucket] = await tx<Bucket[]>`
    select id, public, file_size_limit, allowed_mime_types from storage.buckets where id = ${id}`;
  return bucket;
}

/** The most bytes that an object of this bucket may have. */
export function sizeLimit(bucket: Bucket, fileSizeLimit: number): number {
  return Math.min(bucket.file_size_limit ?? fileSizeLimit, fileSizeLimit);
}

export function bucketRoutes(database: Database, files: Files, fileSizeLimit: number): Route[] {
  const settingsOf = (body: BucketSettings) => {
    const settings: Record<string, boolean | number | string[] | null> = {};
    if (body.public !== undefined) settings.public = body.public;
    if (body.file_size_limit !== undefined) {
      settings.file_size_limit = bytesOf(body.file_size_limit);
      if ((settings.file_size_limit ?? 0) > fileSizeLimit) throw tooLarge();
    }
    if (body.allowed_mime_types !== undefined) {
      const wrong = body.allowed_mime_types?.find((type) => !isMimePattern(type));
      if (wrong !== undefined) throw invalidMimeType(`mime type ${wrong} is not supported`);
      settings.allowed_mime_types = body.allowed_mime_types;
    }
    return settings;
  };

  return [
    route({
      method: 'POST',
      path: '/bucket',
      access: 'required',
      operation: 'storage.bucket.create',
      body: CREATE_SCHEMA,
      async handle({ body, caller, facts }) {
        const request = body as BucketRequest;
        const { name, id = name } = request;
        checkBucketName(name);
        checkBucketName(id);
        const values = { id, name, ...settingsOf(request), ...ownerColumns(caller.subject) };
        await database.as(caller, facts, (tx) => tx`insert into storage.buckets ${tx(values)}`);
        return json({ name });
      },
    }),
    route({
      method: 'GET',
      path: '/bucket',
      access: 'required',
      operation: 'storage.bucket.list',
      query: LIST_SCHEMA,
      async handle({ query, caller, facts }) {
        const { limit, offset, sortColumn, sortOrder, search } = query as unknown as BucketListQuery;
        const rows = await database.as(
          caller,
          facts,
          (tx) => tx<BucketRow[]>`
            select ${tx(ROW_COLUMNS)}, type from storage.buckets
            ${search ? tx`where position(lower(${search}) in lower(name)) > 0` : tx``}
            order by ${tx(sortColumn)} ${sortOrder === 'desc' ? tx`desc` : tx`asc`}
            limit ${limit ?? null} offset ${offset ?? 0}`,
        );
        return json(rows.map(withOwner));
      },
    }),
    route({
      method: 'GET',
      path: '/bucket/:bucket',
      access: 'required',
      operation: 'storage.bucket.get',
      async handle({ params, caller, facts }) {
        const [row] = await database.as(
          caller,
          facts,
          (tx) => tx<BucketRow[]>`
            select ${tx(ROW_COLUMNS)} from storage.buckets where id = ${params.bucket ?? ''}`,
        );
        if (!row) throw noSuchBucket();
        return json(withOwner(row));
      },
    }),
    route({
      method: 'PUT',
      path: '/bucket/:bucket',
      access: 'required',
      operation: 'storage.bucket.update',
      body: UPDATE_SCHEMA,
      async handle({ params, body, caller, facts }) {
        const settings = settingsOf(body as BucketSettings);
        const updated = await database.as(
          caller,
          facts,
          (tx) => tx`
            update storage.buckets set ${tx(settings)} where id = ${params.bucket ?? ''} returning id`,
        );
        if (updated.length === 0) throw noSuchBucket();
        return json({ message: 'Successfully updated' });
      },
    }),
    route({
      method: 'POST',
      path: '/bucket/:bucket/empty',
      access: 'service',
      operation: 'storage.bucket.empty',
      async handle({ params: { bucket = '' }, facts }) {
        if (!(await database.as(SERVICE, facts, (tx) => findBucket(tx, bucket)))) throw noSuchBucket();
        for (;;) {
          const gone = await database.as(SERVICE, facts, async (tx) => {
            const rows = await tx<{ name: string }[]>`
              select name from storage.objects where bucket_id = ${bucket} limit ${EMPTIED_AT_ONCE}`;
            return deleteObjects(
              tx,
              bucket,
              rows.map(({ name }) => name),
            );
          });
          for (const { version } of gone) await files.remove(version);
          if (gone.length === 0) break;
        }
        return json({ message: 'Empty bucket has been queued. Completion may take up to an hour.' });
      },
    }),
    route({
      method: 'DELETE',
      path: '/bucket/:bucket',
      access: 'required',
      operation: 'storage.bucket.delete',
      async handle({ params: { bucket = '' }, caller, facts }) {
        await database.as(SERVICE, facts, async (tx) => {
          const [row] = await tx`select id from storage.buckets where id = ${bucket} for update`;
          if (!row) throw noSuchBucket();
          const [object] = await tx`select id from storage.objects where bucket_id = ${bucket} limit 1`;
          if (object) throw bucketNotEmpty();
          await become(tx, caller, facts);
          const deleted = await tx`delete from storage.buckets where id = ${bucket} returning id`;
          if (deleted.length === 0) throw noSuchBucket();
        });
        return json({ message: 'Successfully deleted' });
      },
    }),
  ];
}

/** The real server says "" where there is no owner. */
export function withOwner<T extends { owner: string | null }>(row: T): T & { owner: string } {
  return { ...row, owner: row.owner ?? '' };
}

/** `"1.5MB"` in bytes; units are decimal. */
function bytesOf(size: number | string | null): number | null {
  if (typeof size !== 'string') return size;
  const [, amount = '', unit = 'b'] = /^([\d.]+)([a-z]+)$/i.exec(size) ?? [];
  return Math.floor(Number(amount) * (BYTES[unit.toLowerCase() as keyof typeof BYTES] ?? 1));
}
