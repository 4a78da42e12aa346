/** Resumable uploads: the TUS protocol over the same buckets, policies and rows as any other upload. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ERRORS, Server, type ServerOptions, type Upload } from '@tus/server';
import { type Bucket, findBucket, sizeLimit } from './buckets.ts';
import { checkHeaderText, checkMimeType, DEFAULT_CACHE_CONTROL, DEFAULT_TYPE } from './content-headers.ts';
import { internalError, invalidRequest, invalidSignature, noSuchBucket, StorageError } from './errors.ts';
import { type Log, reasonOf } from './log.ts';
import { metadataOf, parseUserMetadata, type UserMetadata } from './metadata.ts';
import { checkKey, checkKeySegments } from './names.ts';
import { type Address, addressText, rehearseWrite } from './objects.ts';
import { ResumableStore } from './resumable-store.ts';
import { type Access, type Call, type Route, route } from './routes.ts';
import { type Caller, SERVICE, type Tokens } from './tokens.ts';
import { commitObject, type Store, wantsUpsert } from './writes.ts';

type TusRequest = Parameters<NonNullable<ServerOptions['onIncomingRequest']>>[0];
type TusMetadata = NonNullable<Upload['metadata']>;

/** What is known of a request while the TUS server works on it. */
interface Visit {
  call: Call;
  isSigned: boolean;
  address?: Address;
  bucket?: Bucket;
  permission?: Permission;
}

interface Permission {
  caller: Caller;
  owner: string | undefined;
  upsert: boolean;
}

export interface Resumable {
  routes: Route[];
  store: ResumableStore;
}

export interface ResumableOptions {
  store: Store;
  tokens: Tokens;
  fileSizeLimit: number;
  /** Path of the upload URLs as clients see it. */
  path: string;
  log: Log;
}

export function createResumable({ store, tokens, fileSizeLimit, path, log }: ResumableOptions): Resumable {
  const { database, files } = store;
  const uploads = new ResumableStore({ directory: files.resumable });
  const visits = new WeakMap<IncomingMessage, Visit>();

  const visitOf = (request: TusRequest): Visit => {
    const incoming = request.runtime?.node?.req as IncomingMessage | undefined;
    const visit = incoming && visits.get(incoming);
    if (!visit) throw internalError('a request without a visit');
    return visit;
  };

  /** Finds out where the visitor wants to write and as whom. */
  const locate = async (visit: Visit, address: Address): Promise<void> => {
    const { call, isSigned } = visit;
    checkKey(address.key);
    const bucket = await database.as(SERVICE, call.facts, (tx) => findBucket(tx, address.bucket));
    if (!bucket) throw noSuchBucket();
    visit.address = address;
    visit.bucket = bucket;
    visit.permission = isSigned
      ? await signedPermission(tokens, call, address)
      : { caller: call.caller, owner: call.caller.subject, upsert: wantsUpsert(call.request) };
  };

  const rehearse = async (visit: Visit, metadata: TusMetadata, length: number | undefined) => {
    const { call, address, permission } = located(visit);
    const object = { ...address, owner: permission.owner, userMetadata: userMetadataOf(metadata) };
    const announced = { mimetype: metadata.contentType ?? DEFAULT_TYPE, contentLength: length };
    await rehearseWrite(database, permission.caller, call.facts, object, announced, permission.upsert);
  };

  const tus = new Server({
    path,
    datastore: uploads,
    respectForwardedHeaders: true,
    maxSize: (request) => {
      const { bucket } = visitOf(request);
      return bucket ? sizeLimit(bucket, fileSizeLimit) : fileSizeLimit;
    },

    async namingFunction(request, metadata) {
      if (!metadata) throw invalidRequest('Metadata header is required');
      const visit = visitOf(request);
      const version = randomUUID();
      const address = { bucket: metadata.bucketName ?? '', key: metadata.objectName ?? '' };
      await locate(visit, address);
      checkKeySegments(address.bucket, address.key, version);
      await rehearse(visit, metadata, lengthOf(visit.call.request));
      return version;
    },

    generateUrl(request, { proto, host, path, id }) {
      const { call, address, isSigned } = located(visitOf(request));
      const name = Buffer.from(`${addressText(address)}/${id}`).toString('base64url');
      const origin = `${proto}://${withPort(host, call.request)}`;
      return `${origin}${path}${isSigned ? '/sign' : ''}/${name}`;
    },

    getFileIdFromRequest: (_request, name) => readName(name).version,

    async onIncomingRequest(request, id) {
      const { method = '', url = '' } = visitOf(request).call.request;
      if (method === 'POST') return;
      const upload = await uploads.getUpload(id);
      const { address } = readName(lastPart(url));
      const metadata = upload.metadata ?? {};
      // The name is the visitor's word; whose bytes these are is what the upload itself says.
      if (metadata.bucketName !== address.bucket || metadata.objectName !== address.key) {
        throw ERRORS.FILE_NOT_FOUND;
      }
      if (method === 'HEAD') return;
      const visit = visitOf(request);
      await locate(visit, address);
      await rehearse(visit, metadata, upload.size);
      if (method === 'PATCH' && (await uploads.isFinished(id))) throw ERRORS.INVALID_OFFSET;
    },

    async onUploadCreate(request, { metadata = {} }) {
      const { bucket } = located(visitOf(request));
      const { contentType } = metadata;
      if (contentType) {
        checkHeaderText('content type', contentType);
        checkMimeType(contentType, bucket.allowed_mime_types);
      }
      const cacheControl = metadata.cacheControl ? `max-age=${metadata.cacheControl}` : DEFAULT_CACHE_CONTROL;
      checkHeaderText('cache control', cacheControl);
      return { metadata: { ...metadata, cacheControl } };
    },

    async onUploadFinish(request, upload) {
      const { call, address, permission } = located(visitOf(request));
      const { id, metadata = {} } = upload;
      try {
        const received = await files.adopt(id, uploads.pathOf(id));
        const mimetype = metadata.contentType ?? DEFAULT_TYPE;
        const described = metadataOf(received, mimetype, metadata.cacheControl ?? DEFAULT_CACHE_CONTROL);
        const object = { ...address, owner: permission.owner, userMetadata: userMetadataOf(metadata) };
        await commitObject(store, call.facts, object, id, described);
      } catch (error) {
        // Otherwise the client would ask, hear that every byte is here, and take the upload for done.
        await uploads.remove(id);
        throw error;
      }
      return { headers: { 'Tus-Complete': '1' } };
    },

    onResponseError(request, error) {
      // The TUS server's own errors carry their answer.
      if (!(error instanceof Error) || 'status_code' in error) return undefined;
      const known = error instanceof StorageError ? error : internalError(error);
      if (known.statusCode >= 500) {
        const { path } = visitOf(request).call.facts;
        log('request_failed', { method: request.method, path, reason: reasonOf(known.cause) });
      }
      return { status_code: known.statusCode, body: known.message };
    },
  });

  const serve = (method: string, path: string, access: Access, operation: string, isSigned: boolean) =>
    route({
      method,
      path,
      access,
      operation: `storage.tus.${operation}`,
      streams: true,
      async handle(call) {
        visits.set(call.request, { call, isSigned });
        await tus.handle(call.request, call.response);
        return undefined;
      },
    });

  const below = (root: string, access: Access, isSigned: boolean) => [
    serve('OPTIONS', root, 'none', 'options', isSigned),
    serve('OPTIONS', `${root}/:upload`, 'none', 'options', isSigned),
    serve('POST', root, access, 'upload.create', isSigned),
    serve('HEAD', `${root}/:upload`, access, 'upload.get', isSigned),
    serve('PATCH', `${root}/:upload`, access, 'upload.part', isSigned),
    serve('DELETE', `${root}/:upload`, access, 'upload.delete', isSigned),
  ];

  return {
    routes: [...below('/upload/resumable/sign', 'none', true), ...below('/upload/resumable', 'token', false)],
    store: uploads,
  };
}

/** A signature stands for the service, on behalf of whom it was made for; it says whether to overwrite. */
async function signedPermission(tokens: Tokens, { request }: Call, address: Address): Promise<Permission> {
  const signature = request.headers['x-signature']?.toString();
  if (!signature) throw invalidSignature('Missing x-signature header');
  const { owner, upsert } = await tokens.check(signature, addressText(address), 'upload');
  return { caller: SERVICE, owner, upsert: upsert === true };
}

function located(visit: Visit): Required<Visit> {
  const { address, bucket, permission } = visit;
  if (!address || !bucket || !permission) throw internalError('an upload without a place');
  return { ...visit, address, bucket, permission };
}

/** The name of an upload in its URL says what it becomes: bucket, key and version. */
function readName(name: string | undefined): { address: Address; version: string } {
  const text = Buffer.from(name ?? '', 'base64url').toString();
  const [, bucket, key, version] = /^([^/]+)\/(.+)\/([0-9a-f-]{36})$/.exec(text) ?? [];
  if (!bucket || !key || !version) throw invalidRequest('Invalid upload id');
  return { address: { bucket, key }, version };
}

/** A gateway may name its host and its port apart. */
function withPort(host: string, { headers }: IncomingMessage): string {
  const port = headers['x-forwarded-port']?.toString();
  return headers['x-forwarded-host'] && port && !/:\d+$/.test(host) ? `${host}:${port}` : host;
}

function lastPart(url: string): string | undefined {
  return url.split('?')[0]?.split('/').at(-1);
}

function lengthOf(request: IncomingMessage): number | undefined {
  const length = request.headers['upload-length']?.toString();
  return length === undefined ? undefined : Number(length);
}

function userMetadataOf({ metadata }: TusMetadata): UserMetadata {
  return metadata ? parseUserMetadata(metadata) : null;
}
