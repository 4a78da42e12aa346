/** URLs that carry their own permission, to download an object or to upload one. */

import { contentLength } from './bodies.ts';
import { DEFAULT_TYPE } from './content-headers.ts';
import type { Database } from './database.ts';
import { sendObject } from './downloads.ts';
import { noSuchKey } from './errors.ts';
import { checkKey } from './names.ts';
import { addressText, findObject, rehearseWrite } from './objects.ts';
import { type Call, json, type Route, route } from './routes.ts';
import { SERVICE, type Tokens } from './tokens.ts';
import { describeTransformation, TRANSFORMATION_SCHEMA, type Transformation } from './transformations.ts';
import { type Store, wantsUpsert } from './writes.ts';

export interface SignedUrlOptions {
  store: Store;
  tokens: Tokens;
  uploadSeconds: number;
  /** Without it a wish for a transformation is ignored. */
  imageTransformation: boolean;
}

interface SignRequest {
  expiresIn: number;
  transform?: Transformation;
}

interface SignManyRequest {
  expiresIn: number;
  paths: string[];
}

const EXPIRES_IN = { type: 'integer', minimum: 1 };
const SIGN_SCHEMA = {
  type: 'object',
  properties: { expiresIn: EXPIRES_IN, transform: TRANSFORMATION_SCHEMA },
  required: ['expiresIn'],
};
const SIGN_MANY_SCHEMA = {
  type: 'object',
  properties: {
    expiresIn: EXPIRES_IN,
    paths: { type: 'array', items: { type: 'string' }, minItems: 1 },
  },
  required: ['expiresIn', 'paths'],
};
export const TOKEN_QUERY = {
  type: 'object',
  properties: { token: { type: 'string' }, download: { type: 'string' } },
  required: ['token'],
};
const NOT_SIGNED = 'Either the object does not exist or you do not have access to it';

export function signedUrlRoutes(options: SignedUrlOptions): Route[] {
  const { store, tokens, uploadSeconds, imageTransformation } = options;
  const { database, files } = store;

  const download = (method: string) =>
    route({
      method,
      path: '/object/sign/:bucket/*key',
      access: 'none',
      operation: 'storage.object.get_signed',
      query: TOKEN_QUERY,
      async handle(call) {
        const { exp } = await checkDownload(tokens, call);
        return sendObject(files, call, () => findSigned(database, call), new Date(exp * 1000));
      },
    });

  return [
    download('GET'),
    download('HEAD'),
    route({
      method: 'POST',
      path: '/object/sign/:bucket/*key',
      access: 'required',
      operation: 'storage.object.sign',
      body: SIGN_SCHEMA,
      async handle({ params: { bucket = '', key = '' }, body, caller, facts }) {
        const { expiresIn, transform } = body as SignRequest;
        if (!(await database.as(caller, facts, (tx) => findObject(tx, { bucket, key })))) throw noSuchKey();
        const url = addressText({ bucket, key });
        const transformations = imageTransformation && transform ? describeTransformation(transform) : '';
        const token = await tokens.sign(
          { url, scope: 'download', ...(transformations && { transformations }) },
          expiresIn,
        );
        const root = transformations ? '/render/image/sign' : '/object/sign';
        return json({ signedURL: `${root}/${url}?token=${token}` });
      },
    }),
    route({
      method: 'POST',
      path: '/object/sign/:bucket',
      access: 'required',
      operation: 'storage.object.sign_many',
      body: SIGN_MANY_SCHEMA,
      async handle({ params: { bucket = '' }, body, caller, facts }) {
        const { expiresIn, paths } = body as SignManyRequest;
        const rows = await database.as(
          caller,
          facts,
          (tx) => tx<{ name: string }[]>`
            select name from storage.objects where bucket_id = ${bucket} and name = any(${paths})`,
        );
        const readable = new Set(rows.map(({ name }) => name));
        const answers = paths.map(async (path) => {
          if (!readable.has(path)) return { error: NOT_SIGNED, path, signedURL: null };
          const url = addressText({ bucket, key: path });
          const token = await tokens.sign({ url, scope: 'download' }, expiresIn);
          return { error: null, path, signedURL: `/object/sign/${url}?token=${token}` };
        });
        return json(await Promise.all(answers));
      },
    }),
    route({
      method: 'POST',
      path: '/object/upload/sign/:bucket/*key',
      access: 'required',
      operation: 'storage.object.sign_upload_url',
      async handle({ request, params: { bucket = '', key = '' }, caller, facts }) {
        checkKey(key);
        const upsert = wantsUpsert(request);
        const object = { bucket, key, owner: caller.subject, userMetadata: {} };
        // Nothing is known of the file yet; policies see the signing request in its place.
        const announced = {
          mimetype: request.headers['content-type'] || DEFAULT_TYPE,
          contentLength: contentLength(request),
        };
        await rehearseWrite(database, caller, facts, object, announced, upsert);
        const url = addressText(object);
        const owner = caller.subject === undefined ? undefined : { owner: caller.subject };
        const token = await tokens.sign({ url, scope: 'upload', upsert, ...owner }, uploadSeconds);
        return json({ url: `/object/upload/sign/${url}?token=${token}`, token });
      },
    }),
  ];
}

/** The claims of the token in the query, if it is for the object in the path. */
export function checkDownload(tokens: Tokens, { query, params }: Call) {
  const { bucket = '', key = '' } = params;
  return tokens.check(String(query.token), addressText({ bucket, key }), 'download');
}

/** The object of a request whose token has been checked. */
export async function findSigned(database: Database, { params, facts }: Call) {
  const { bucket = '', key = '' } = params;
  const row = await database.as(SERVICE, facts, (tx) => findObject(tx, { bucket, key }));
  if (!row) throw noSuchKey();
  return row;
}
