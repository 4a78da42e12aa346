/** Takes in one file of a form: tells what it is by its first bytes and hands it on while the rest still comes. */
import { ApiError } from '../../_shared/errors.ts';
import { HEAD_SIZE, mediaTypeOf } from '../../_shared/media-type.ts';
import type { FilePart } from '../../_shared/multipart.ts';
import type { Storage } from '../../_shared/storage.ts';

export interface Incoming {
  field: string;
  name: string;
  mediaType: string;
  head: Uint8Array;
  rest: AsyncIterator<Uint8Array>;
}

/** Reads as much of a file as tells what it is. @throws `file_empty` */
export async function inspect(part: FilePart): Promise<Incoming> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_SIZE) {
    const { value, done } = await part.content.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  if (length === 0) {
    throw new ApiError('file_empty', 400, `unable to store ${part.name}; it has no content`, {
      details: [{ field: part.field, message: 'must not be empty' }],
    });
  }
  const head = chunks.length === 1 && chunks[0] ? chunks[0] : joined(chunks, length);
  return {
    field: part.field,
    name: part.name,
    mediaType: await mediaTypeOf(head, part.type),
    head,
    rest: part.content,
  };
}

/** Stores the file and returns its size. @throws `file_too_large` for more bytes than `limit` */
export async function store(
  storage: Storage,
  {
    bucket,
    path,
    limit,
    cacheSeconds,
  }: { bucket: string; path: string; limit: number; cacheSeconds?: number },
  { field, head, rest, mediaType }: Incoming,
): Promise<number> {
  let size = 0;
  let failure: unknown;
  let next: Uint8Array | undefined = head;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = next ?? (await rest.next()).value;
          next = undefined;
          if (!chunk) {
            controller.close();
            return;
          }
          size += chunk.length;
          if (size > limit) throw tooLarge(field, limit);
          controller.enqueue(chunk);
        } catch (error) {
          failure = error;
          controller.error(error);
        }
      },
    },
    // What Storage does not take yet stays with its sender.
    { highWaterMark: 0 },
  );
  try {
    await storage.put(bucket, path, body, { mediaType, ...(cacheSeconds && { cacheSeconds }) });
  } catch (error) {
    // What became of the request says less than why its body broke off.
    throw failure ?? error;
  }
  return size;
}

const tooLarge = (field: string, limit: number) =>
  new ApiError('file_too_large', 413, `unable to store file; it is larger than ${limit} bytes`, {
    details: [{ field, message: `must have at most ${limit} bytes` }],
  });

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
