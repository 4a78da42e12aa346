/** How a function hands bytes on to Storage as they come, and gives out addresses that its callers can reach. */
import type { StorageSettings } from './env.ts';
import { ApiError, refused } from './errors.ts';
import type { ChatClient } from './supabase.ts';

export interface Storage {
  /** Addresses by path that expire, without those of objects that the client may not read. */
  sign(client: ChatClient, bucket: string, paths: readonly string[]): Promise<Map<string, string>>;
  /** The address of an object in a public bucket. */
  publicUrl(client: ChatClient, bucket: string, path: string): string;
}

/** Storage asks its policies for each, so not too many at once. */
const SIGNED_AT_ONCE = 100;

export function connectStorage({ supabaseUrl, publicUrl, urlSeconds }: StorageSettings): Storage {
  const toPublic = (url: string) =>
    url.startsWith(supabaseUrl) ? publicUrl + url.slice(supabaseUrl.length) : url;
  return {
    async sign(client, bucket, paths) {
      const pages = Array.from({ length: Math.ceil(paths.length / SIGNED_AT_ONCE) }, (_, page) =>
        paths.slice(page * SIGNED_AT_ONCE, (page + 1) * SIGNED_AT_ONCE),
      );
      const answers = await Promise.all(
        pages.map((page) =>
          inStorage('read file', client.storage.from(bucket).createSignedUrls(page, urlSeconds)),
        ),
      );
      return new Map(
        answers
          .flat()
          .flatMap(({ path, signedUrl }) => (path && signedUrl ? [[path, toPublic(signedUrl)]] : [])),
      );
    },
    publicUrl: (client, bucket, path) =>
      toPublic(client.storage.from(bucket).getPublicUrl(path).data.publicUrl),
  };
}

/** Awaits a call of Storage, or throws. `operation` completes "unable to …". */
export async function inStorage<T>(
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
