/** Uploads in one request, as a raw body or as a form, with a token or with a signed URL. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { contentLength, detach, readForm } from './bodies.ts';
import { type Bucket, findBucket, sizeLimit } from './buckets.ts';
import {
  checkHeaderText,
  checkMimeType,
  checkRobotsTag,
  DEFAULT_CACHE_CONTROL,
  DEFAULT_TYPE,
} from './content-headers.ts';
import { noSuchBucket, tooLarge } from './errors.ts';
import type { Received } from './files.ts';
import { decodeUserMetadata, metadataOf, parseUserMetadata, type UserMetadata } from './metadata.ts';
import { checkKey, checkKeySegments } from './names.ts';
import { addressText, type ObjectRow, rehearseWrite } from './objects.ts';
import { type Call, json, type Route, route } from './routes.ts';
import { type Caller, SERVICE, type Tokens } from './tokens.ts';
import { commitObject, type Store, wantsUpsert } from './writes.ts';

/** A file on its way in. */
interface Incoming {
  source: Readable;
  mimetype: string;
  cacheControl: string;
  userMetadata: UserMetadata;
  finished: Promise<void>;
  abandon(): void;
}

interface Permission {
  caller: Caller;
  owner: string | undefined;
  upsert: boolean;
}

/** The dashboard puts these into folders without files; they are empty and fit into any bucket. */
const FOLDER_PLACEHOLDER = '.emptyFolderPlaceholder';

export function uploadRoutes(store: Store, tokens: Tokens, fileSizeLimit: number): Route[] {
  const upload = async (call: Call, permission: Permission): Promise<ObjectRow> => {
    const { request, facts } = call;
    const { bucket: id = '', key = '' } = call.params;
    const { caller, owner, upsert } = permission;
    const version = randomUUID();
    checkKey(key);
    checkKeySegments(id, key, version);
    const bucket = await store.database.as(SERVICE, facts, (tx) => findBucket(tx, id));
    if (!bucket) throw noSuchBucket();

    const incoming = await (isForm(request) ? fromForm(request) : fromBody(request));
    try {
      const robotsTag = request.headers['x-robots-tag']?.toString();
      if (robotsTag !== undefined) checkRobotsTag(robotsTag);
      checkHeaderText('content type', incoming.mimetype);
      checkHeaderText('cache control', incoming.cacheControl);
      const limit = checkContent(bucket, key, incoming.mimetype, request, fileSizeLimit);

      const object = { bucket: id, key, owner, userMetadata: incoming.userMetadata };
      const announced = { mimetype: incoming.mimetype, contentLength: contentLength(request) };
      await rehearseWrite(store.database, caller, facts, object, announced, upsert);
      const received = await receive(store, version, incoming, limit);
      const metadata = metadataOf(received, incoming.mimetype, incoming.cacheControl, robotsTag);
      return await commitObject(store, facts, object, version, metadata);
    } catch (error) {
      incoming.abandon();
      throw error;
    }
  };

  const uploadAsCaller = async (call: Call, upsert: boolean) => {
    const { caller } = call;
    const row = await upload(call, { caller, owner: caller.subject, upsert });
    return json({ Key: addressText({ bucket: row.bucket_id, key: row.name }), Id: row.id });
  };

  return [
    route({
      method: 'PUT',
      path: '/object/upload/sign/:bucket/*key',
      access: 'none',
      operation: 'storage.object.upload_signed',
      query: { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] },
      streams: true,
      async handle(call) {
        const { bucket = '', key = '' } = call.params;
        const address = addressText({ bucket, key });
        const claims = await tokens.check(String(call.query.token), address, 'upload');
        await upload(call, { caller: SERVICE, owner: claims.owner, upsert: claims.upsert === true });
        return json({ Key: address });
      },
    }),
    route({
      method: 'POST',
      path: '/object/:bucket/*key',
      access: 'required',
      operation: 'storage.object.upload',
      streams: true,
      handle: (call) => uploadAsCaller(call, wantsUpsert(call.request)),
    }),
    route({
      method: 'PUT',
      path: '/object/:bucket/*key',
      access: 'required',
      operation: 'storage.object.upload_update',
      streams: true,
      handle: (call) => uploadAsCaller(call, true),
    }),
  ];
}

/** Stores the file, unless what follows it in its form turns out to be broken. */
async function receive(
  { files }: Store,
  version: string,
  incoming: Incoming,
  limit: number,
): Promise<Received> {
  const received = await files.receive(version, incoming.source, limit);
  try {
    await incoming.finished;
    return received;
  } catch (error) {
    await files.remove(version);
    throw error;
  }
}

/** Refuses what the bucket does not take, and returns how many bytes it takes. */
function checkContent(
  bucket: Bucket,
  key: string,
  mimetype: string,
  request: IncomingMessage,
  fileSizeLimit: number,
): number {
  const announced = contentLength(request);
  if (announced === 0 && key.endsWith(FOLDER_PLACEHOLDER)) return 0;
  checkMimeType(mimetype, bucket.allowed_mime_types);
  const limit = sizeLimit(bucket, fileSizeLimit);
  if (!isForm(request) && announced !== undefined && announced > limit) throw tooLarge();
  return limit;
}

function isForm(request: IncomingMessage): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

function fromBody(request: IncomingMessage): Incoming {
  const source = detach(request);
  return {
    source,
    mimetype: request.headers['content-type'] || DEFAULT_TYPE,
    cacheControl: request.headers['cache-control'] || DEFAULT_CACHE_CONTROL,
    userMetadata: decodeUserMetadata(request.headers['x-metadata']?.toString()),
    finished: Promise.resolve(),
    abandon: () => source.destroy(),
  };
}

async function fromForm(request: IncomingMessage): Promise<Incoming> {
  const { fields, file, type, finished, abandon } = await readForm(request);
  return {
    source: file,
    mimetype: fields.contentType || type || DEFAULT_TYPE,
    cacheControl: fields.cacheControl ? `max-age=${fields.cacheControl}` : DEFAULT_CACHE_CONTROL,
    userMetadata: fields.metadata ? parseUserMetadata(fields.metadata) : {},
    finished,
    abandon,
  };
}
