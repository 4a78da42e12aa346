/**
 * How a function uses Storage: as the server, once Postgres has given the caller a row for the object. Storage itself
 * takes no API keys. The addresses given out are such that callers can reach them.
 */
import type { StorageSettings } from './env.ts';
import { ApiError, refused } from './errors.ts';
import type { Supabase } from './supabase.ts';

export interface Storage {
  /** Stores what streams; nothing of it stays when it breaks off. @throws `file_too_large` for more than the bucket takes */
  put(
    bucket: string,
    path: string,
    body: ReadableStream<Uint8Array>,
    options: { mediaType: string; cacheSeconds?: number },
  ): Promise<void>;
  /** What lies there, as it streams, until `signal` ends it. */
  read(bucket: string, path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  remove(bucket: string, paths: string[]): Promise<void>;
  /** Paths of what lies in a folder, at most 100. */
  list(bucket: string, folder: string): Promise<string[]>;
  /** Addresses by path, which expire; none for what is not there. One round trip for each 500. */
  sign(bucket: string, paths: readonly string[]): Promise<Map<string, string>>;
  /** The address of an object in a public bucket. */
  publicUrl(bucket: string, path: string): string;
}

const SIGNED_AT_ONCE = 500;

export function connectStorage(
  supabase: Supabase,
  { supabaseUrl, publicUrl, urlSeconds }: StorageSettings,
): Storage {
  const from = (bucket: string) => supabase.asServer().storage.from(bucket);
  const toPublic = (url: string) =>
    url.startsWith(supabaseUrl) ? publicUrl + url.slice(supabaseUrl.length) : url;
  return {
    async put(bucket, path, body, { mediaType, cacheSeconds }) {
      const options = {
        contentType: mediaType,
        duplex: 'half',
        ...(cacheSeconds && { cacheControl: String(cacheSeconds) }),
      };
      await run('store file', from(bucket).upload(path, body, options));
    },
    read: (bucket, path, signal) => run('read file', from(bucket).download(path, {}, { signal }).asStream()),
    async remove(bucket, paths) {
      if (paths.length > 0) await run('remove files', from(bucket).remove(paths));
    },
    async list(bucket, folder) {
      const objects = await run('list files', from(bucket).list(folder));
      return objects.map(({ name }) => `${folder}/${name}`);
    },
    async sign(bucket, paths) {
      const pages = Array.from({ length: Math.ceil(paths.length / SIGNED_AT_ONCE) }, (_, page) =>
        paths.slice(page * SIGNED_AT_ONCE, (page + 1) * SIGNED_AT_ONCE),
      );
      const answers = await Promise.all(
        pages.map((page) => run('read files', from(bucket).createSignedUrls(page, urlSeconds))),
      );
      return new Map(
        answers
          .flat()
          .flatMap(({ path, signedUrl }) => (path && signedUrl ? [[path, toPublic(signedUrl)]] : [])),
      );
    },
    publicUrl: (bucket, path) => toPublic(from(bucket).getPublicUrl(path).data.publicUrl),
  };
}

async function run<T>(
  operation: string,
  call: PromiseLike<{ data: T; error: Error | null }>,
): Promise<NonNullable<T>> {
  const { data, error } = await call;
  if (!error) return data as NonNullable<T>;
  const { status, statusCode } = error as { status?: number; statusCode?: string };
  const code = Number(statusCode) || (status ?? 0);
  if (code === 413)
    throw new ApiError('file_too_large', 413, `unable to ${operation}; the file is too large`);
  throw refused(operation, { message: error.message }, code);
}
