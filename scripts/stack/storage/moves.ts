/** Moves and copies objects; the bytes stay where they are and get a second version. */
import { randomUUID } from 'node:crypto';
import { withOwner } from './buckets.ts';
import { checkHeaderText, DEFAULT_CACHE_CONTROL, DEFAULT_TYPE } from './content-headers.ts';
import { duplicate, isOutcomeUnknown, noSuchKey, StorageError } from './errors.ts';
import { decodeUserMetadata, type ObjectMetadata } from './metadata.ts';
import { checkKey, checkKeySegments } from './names.ts';
import { type Address, addressText, findObject, lockObject, rehearseWrite, renameObject } from './objects.ts';
import { type Call, json, type Route, route } from './routes.ts';
import { SERVICE } from './tokens.ts';
import { commitObject, type Store, wantsUpsert } from './writes.ts';

interface MoveRequest {
  bucketId: string;
  sourceKey: string;
  destinationBucket?: string;
  destinationKey: string;
}

interface CopyRequest extends MoveRequest {
  copyMetadata: boolean;
  metadata?: { cacheControl?: string; mimetype?: string };
}

const MOVE_PROPERTIES = {
  bucketId: { type: 'string' },
  sourceKey: { type: 'string' },
  destinationBucket: { type: 'string' },
  destinationKey: { type: 'string' },
};
const REQUIRED = ['bucketId', 'sourceKey', 'destinationKey'];
const MOVE_SCHEMA = { type: 'object', properties: MOVE_PROPERTIES, required: REQUIRED };
const COPY_SCHEMA = {
  type: 'object',
  properties: {
    ...MOVE_PROPERTIES,
    copyMetadata: { type: 'boolean', default: true },
    metadata: {
      type: 'object',
      properties: { cacheControl: { type: 'string' }, mimetype: { type: 'string' } },
    },
  },
  required: REQUIRED,
};

export function moveRoutes(store: Store): Route[] {
  return [
    route({
      method: 'POST',
      path: '/object/move',
      access: 'required',
      operation: 'storage.object.move',
      body: MOVE_SCHEMA,
      async handle(call) {
        await move(store, call);
        return json({ message: 'Successfully moved' });
      },
    }),
    route({
      method: 'POST',
      path: '/object/copy',
      access: 'required',
      operation: 'storage.object.copy',
      body: COPY_SCHEMA,
      async handle(call) {
        const row = await copy(store, call);
        const { bucket_id: bucket, name: key } = row;
        return json({
          Key: addressText({ bucket, key }),
          Id: row.id,
          ...withOwner(row),
          owner_id: row.owner_id ?? '',
        });
      },
    }),
  ];
}

async function move({ database, files }: Store, { body, caller, facts }: Call): Promise<void> {
  const { from, to, version } = addressesOf(body as MoveRequest);
  const owner = caller.subject;
  try {
    await database.rehearse(caller, facts, async (tx) => {
      if (!(await findObject(tx, from))) throw noSuchKey();
      if (!(await renameObject(tx, from, to, owner))) throw noSuchKey();
    });
    const left = await database.as(SERVICE, facts, async (tx) => {
      // Always in the same order, so that no two moves wait for each other.
      const order = [from, to].sort((a, b) => (addressText(a) < addressText(b) ? -1 : 1));
      for (const address of order) await lockObject(tx, address);
      const source = await findObject(tx, from);
      if (!source) throw noSuchKey();
      await files.duplicate(source.version, version);
      await renameObject(tx, from, to, owner, version);
      return source.version;
    });
    await files.remove(left);
  } catch (error) {
    if (!isOutcomeUnknown(error)) await files.remove(version);
    const isTaken = error instanceof StorageError && error.code === 'KeyAlreadyExists';
    throw isTaken ? duplicate('ResourceAlreadyExists') : error;
  }
}

async function copy(store: Store, { request, body, caller, facts }: Call) {
  const { database, files } = store;
  const { copyMetadata, metadata: wanted = {} } = body as CopyRequest;
  const { from, to, version } = addressesOf(body as CopyRequest);

  const source = await database.as(caller, facts, (tx) => findObject(tx, from));
  if (!source) throw noSuchKey();
  const known = source.metadata ?? {};
  const chosen = copyMetadata ? known : wanted;
  const metadata: ObjectMetadata = {
    eTag: known.eTag ?? '',
    size: known.size ?? 0,
    contentLength: known.contentLength ?? 0,
    httpStatusCode: 200,
    lastModified: new Date().toISOString(),
    mimetype: chosen.mimetype ?? DEFAULT_TYPE,
    cacheControl: chosen.cacheControl ?? DEFAULT_CACHE_CONTROL,
    ...(copyMetadata && known.xRobotsTag !== undefined && { xRobotsTag: known.xRobotsTag }),
  };
  checkHeaderText('content type', metadata.mimetype);
  checkHeaderText('cache control', metadata.cacheControl);
  const userMetadata = copyMetadata
    ? source.user_metadata
    : decodeUserMetadata(request.headers['x-metadata']?.toString());

  const object = { ...to, owner: caller.subject, userMetadata };
  const announced = { mimetype: metadata.mimetype, contentLength: metadata.contentLength };
  await rehearseWrite(database, caller, facts, object, announced, wantsUpsert(request));
  await files.duplicate(source.version, version);
  return commitObject(store, facts, object, version, metadata);
}

function addressesOf(request: MoveRequest): { from: Address; to: Address; version: string } {
  const { bucketId, sourceKey, destinationBucket = bucketId, destinationKey } = request;
  const version = randomUUID();
  checkKey(destinationKey);
  checkKeySegments(destinationBucket, destinationKey, version);
  return {
    from: { bucket: bucketId, key: sourceKey },
    to: { bucket: destinationBucket, key: destinationKey },
    version,
  };
}
