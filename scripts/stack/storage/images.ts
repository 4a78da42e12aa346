/** Serves images in the size, quality and format asked for. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { findReadable, headersOf, isUnchanged, openObject } from './downloads.ts';
import { invalidRequest } from './errors.ts';
import type { ObjectRow } from './objects.ts';
import { type Access, type Call, type Reply, type Route, route } from './routes.ts';
import { checkDownload, findSigned, TOKEN_QUERY } from './signed-urls.ts';
import type { Tokens } from './tokens.ts';
import {
  describeTransformation,
  RENDER_QUERY,
  readTransformation,
  type Transformation,
} from './transformations.ts';
import type { Store } from './writes.ts';

const LARGEST_FILE = 25 * 1024 * 1024;
const MOST_PIXELS = 50_000_000;
const DEFAULT_QUALITY = 80;
/** More at once would only take more memory. */
const AT_ONCE = 2;

/** Formats that can be written; anything else that can be read becomes PNG. */
const WRITABLE = { jpeg: 'jpeg', png: 'png', webp: 'webp', gif: 'gif', tiff: 'tiff', heif: 'avif' } as const;
type Format = (typeof WRITABLE)[keyof typeof WRITABLE];

export async function imageRoutes({ database, files }: Store, tokens: Tokens): Promise<Route[]> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const inTurn = queue(AT_ONCE);

  const transform = async (file: Buffer, wish: Transformation, format: Format | undefined) => {
    try {
      const options = { limitInputPixels: MOST_PIXELS, failOn: 'error' } as const;
      const { format: origin, pages = 1 } = await sharp(file, options).metadata();
      const target = format ?? WRITABLE[origin as keyof typeof WRITABLE] ?? 'png';
      const animated = pages > 1 && (target === 'gif' || target === 'webp');
      const image = sharp(file, { ...options, animated }).autoOrient();
      const quality =
        target === 'png' || target === 'gif' ? {} : { quality: wish.quality ?? DEFAULT_QUALITY };
      return { body: await resized(image, wish).toFormat(target, quality).toBuffer(), format: target };
    } catch (cause) {
      throw invalidRequest(`The object is not an image that can be transformed: ${(cause as Error).message}`);
    }
  };

  const render = async (
    call: Call,
    find: () => Promise<ObjectRow>,
    wish: Transformation,
    expires?: Date,
  ): Promise<Reply> => {
    const { row, handle } = await openObject(files, find);
    try {
      const asked = call.request.headers;
      const format = wish.format !== 'origin' && asked.accept?.includes('image/webp') ? 'webp' : undefined;
      const transformation = describeTransformation(wish);
      const headers = headersOf(row, call.query.download, expires);
      headers.etag = `"${createHash('md5').update(`${headers.etag} ${transformation} ${format}`).digest('hex')}"`;
      headers.vary = 'accept';
      headers['x-transformations'] = transformation;
      headers['accept-ranges'] = 'none';
      if (isUnchanged(asked, headers)) return { status: 304, headers };
      const image = await inTurn(async () => transform(await read(handle), wish, format));
      headers['content-type'] = `image/${image.format}`;
      return { status: 200, headers, body: image.body };
    } finally {
      await handle.close();
    }
  };

  const byPath = (path: string, access: Access, operation: string, mustBePublic: boolean) =>
    route({
      method: 'GET',
      path,
      access,
      operation,
      query: RENDER_QUERY,
      handle: (call) => render(call, () => findReadable(database, call, mustBePublic), call.query),
    });

  return [
    byPath('/render/image/public/:bucket/*key', 'none', 'storage.render.image_public', true),
    byPath(
      '/render/image/authenticated/:bucket/*key',
      'required',
      'storage.render.image_authenticated',
      false,
    ),
    route({
      method: 'GET',
      path: '/render/image/sign/:bucket/*key',
      access: 'none',
      operation: 'storage.render.image_sign',
      query: TOKEN_QUERY,
      async handle(call) {
        const { transformations = '', exp } = await checkDownload(tokens, call);
        const wish = readTransformation(transformations);
        return render(call, () => findSigned(database, call), wish, new Date(exp * 1000));
      },
    }),
  ];
}

/** Never makes an image larger than it is. */
function resized(image: Sharp, { width, height, resize = 'cover' }: Transformation): Sharp {
  if (width === undefined && height === undefined) return image;
  const isBox = width !== undefined && height !== undefined;
  return image.resize({
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    fit: !isBox || resize === 'contain' ? 'inside' : resize,
    withoutEnlargement: true,
  });
}

async function read(handle: FileHandle): Promise<Buffer> {
  const { size } = await handle.stat();
  if (size > LARGEST_FILE) throw invalidRequest('The object is too large to be transformed');
  return handle.readFile();
}

/** Lets a number of tasks run at once and the others wait. */
function queue(atOnce: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
