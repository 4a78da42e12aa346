/** Sends objects and what is known of them, to whoever may see them. */
import type { FileHandle } from 'node:fs/promises';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { findBucket } from './buckets.ts';
import { DEFAULT_CACHE_CONTROL, DEFAULT_TYPE } from './content-headers.ts';
import type { Database } from './database.ts';
import { invalidRange, noSuchBucket, noSuchKey, StorageError } from './errors.ts';
import type { Files } from './files.ts';
import { findObject, type ObjectRow } from './objects.ts';
import { type Access, type Call, json, type Reply, type Route, route } from './routes.ts';
import { ANONYMOUS, SERVICE } from './tokens.ts';
import type { Store } from './writes.ts';

const STALE_SECONDS = 30;

/** The object of a request's path, if its caller may see it. */
export async function findReadable(
  database: Database,
  call: Call,
  mustBePublic: boolean,
): Promise<ObjectRow> {
  const { params, caller, facts } = call;
  const { bucket: id = '', key = '' } = params;
  const bucket = await database.as(SERVICE, facts, (tx) => findBucket(tx, id));
  // Somebody unknown learns nothing of a private bucket, not even that it exists.
  if (!bucket || (!bucket.public && (mustBePublic || caller === ANONYMOUS))) throw noSuchBucket();
  const reader = bucket.public ? SERVICE : caller;
  const row = await database.as(reader, facts, (tx) => findObject(tx, { bucket: id, key }));
  if (!row) throw noSuchKey();
  return row;
}

/** The current row with its file, open. */
export async function openObject(
  files: Files,
  find: () => Promise<ObjectRow>,
): Promise<{ row: ObjectRow; handle: FileHandle }> {
  const row = await find();
  try {
    return { row, handle: await files.open(row.version) };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    // The object may have been overwritten since its row was read; the new row has a new file.
    const current = await find();
    return { row: current, handle: await files.open(current.version) };
  }
}

/** Answers with the file, a part of it, or the news that the client has it. */
export async function sendObject(
  files: Files,
  call: Call,
  find: () => Promise<ObjectRow>,
  expires?: Date,
): Promise<Reply> {
  const { row, handle } = await openObject(files, find);
  try {
    const { size } = await handle.stat();
    const asked = call.request.headers;
    const headers = headersOf(row, call.query.download, expires);
    if (call.request.method === 'HEAD') {
      await handle.close();
      return { status: 200, headers: { ...headers, 'content-length': size } };
    }
    if (isUnchanged(asked, headers)) {
      await handle.close();
      return { status: 304, headers };
    }
    if (asked['if-none-match'] !== undefined && /max-age/.test(String(headers['cache-control']))) {
      headers['cache-control'] += `, stale-while-revalidate=${STALE_SECONDS}`;
    }
    const range = rangeOf(asked, headers, size);
    headers['content-length'] = range ? range.end - range.start + 1 : size;
    if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${size}`;
    return { status: range ? 206 : 200, headers, body: handle.createReadStream(range) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function downloadRoutes({ database, files }: Store): Route[] {
  const download = (path: string, access: Access, operation: string, mustBePublic: boolean) =>
    ['GET', 'HEAD'].map((method) =>
      route({
        method,
        path,
        access,
        operation,
        handle: (call) => sendObject(files, call, () => findReadable(database, call, mustBePublic)),
      }),
    );
  const info = (path: string, access: Access, operation: string, mustBePublic: boolean) =>
    ['GET', 'HEAD'].map((method) =>
      route({
        method,
        path,
        access,
        operation,
        handle: async (call) => infoOf(await findReadable(database, call, mustBePublic)),
      }),
    );
  return [
    ...info('/object/info/public/:bucket/*key', 'none', 'storage.object.info_public', true),
    ...info(
      '/object/info/authenticated/:bucket/*key',
      'required',
      'storage.object.info_authenticated',
      false,
    ),
    ...info('/object/info/:bucket/*key', 'optional', 'storage.object.info_authenticated', false),
    ...download('/object/public/:bucket/*key', 'none', 'storage.object.get_public', true),
    ...download('/object/authenticated/:bucket/*key', 'required', 'storage.object.get_authenticated', false),
    ...download('/object/:bucket/*key', 'optional', 'storage.object.get_authenticated', false),
  ];
}

export function headersOf(row: ObjectRow, download: unknown, expires: Date | undefined): OutgoingHttpHeaders {
  const { metadata } = row;
  const headers: OutgoingHttpHeaders = {
    // A page of somebody else's making must not run under the API's own address.
    'content-type': (metadata?.mimetype ?? DEFAULT_TYPE).replace(/^text\/html/i, 'text/plain'),
    'accept-ranges': 'bytes',
    'last-modified': (metadata?.lastModified
      ? new Date(metadata.lastModified)
      : row.updated_at
    ).toUTCString(),
    'x-robots-tag': metadata?.xRobotsTag ?? 'none',
  };
  if (metadata?.eTag) headers.etag = metadata.eTag;
  if (expires) headers.expires = expires.toUTCString();
  else headers['cache-control'] = metadata?.cacheControl ?? DEFAULT_CACHE_CONTROL;
  if (typeof download === 'string') {
    const name = encodeURIComponent(download);
    headers['content-disposition'] = download
      ? `attachment; filename=${name}; filename*=UTF-8''${name}`
      : 'attachment;';
  }
  return headers;
}

export function isUnchanged(asked: IncomingHttpHeaders, headers: OutgoingHttpHeaders): boolean {
  const tags = asked['if-none-match'];
  if (tags !== undefined) {
    const plain = (tag: string) => tag.trim().replace(/^W\//, '');
    return (
      headers.etag !== undefined &&
      tags
        .split(',')
        .map(plain)
        .includes(plain(String(headers.etag)))
    );
  }
  const since = Date.parse(asked['if-modified-since'] ?? '');
  return since >= Date.parse(String(headers['last-modified']));
}

/** The one range asked for, or none when the client holds a part of something else. */
function rangeOf(
  asked: IncomingHttpHeaders,
  headers: OutgoingHttpHeaders,
  size: number,
): { start: number; end: number } | undefined {
  const { range } = asked;
  const condition = asked['if-range']?.toString();
  if (range === undefined) return undefined;
  if (condition !== undefined && condition !== headers.etag && condition !== headers['last-modified']) {
    return undefined;
  }
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range.trim()) ?? [];
  if (from === '' && to === '') throw invalidRange();
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) throw invalidRange();
  return { start, end };
}

function infoOf(row: ObjectRow): Reply {
  const { metadata } = row;
  const headers = headersOf(row, undefined, undefined);
  const shown: OutgoingHttpHeaders = {};
  for (const name of ['cache-control', 'etag', 'last-modified']) shown[name] = headers[name];
  const info = {
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata?.size ?? null,
    content_type: metadata?.mimetype ?? null,
    cache_control: metadata?.cacheControl ?? null,
    etag: metadata?.eTag ?? null,
    metadata: row.user_metadata,
    last_modified: metadata?.lastModified ?? row.updated_at,
    created_at: row.created_at,
  };
  return json(info, 200, shown);
}
