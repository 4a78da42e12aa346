/** The only caller of Supabase Storage: its answers become values or `ChatError`s. */
import type { SupabaseClient } from '@supabase/supabase-js';
import type { ErrorCode } from '../error-codes.ts';
import { ChatError } from '../errors.ts';
import { codeOf } from './rest.ts';

/** How an image is wanted, in pixels. */
export interface ImageSize {
  width?: number;
  height?: number;
  /** `cover` fills both measures and cuts, `contain` fits into them, `fill` stretches. */
  resize?: 'cover' | 'contain' | 'fill';
  /** 20 to 100. */
  quality?: number;
}

export interface Storage {
  /** Addresses by path, without the paths that the caller may not read. */
  sign(operation: string, bucket: string, paths: string[], seconds: number): Promise<Map<string, string>>;
  signImage(
    operation: string,
    bucket: string,
    path: string,
    seconds: number,
    size: ImageSize,
  ): Promise<string>;
  /** How many of them are gone now: those that were there and the caller may remove. */
  remove(operation: string, bucket: string, paths: string[]): Promise<number>;
  /** Names of what lies in a folder, at most 100. */
  list(operation: string, bucket: string, folder: string): Promise<string[]>;
  publicUrl(bucket: string, path: string): string;
  /** For requests that the client library cannot make: where Storage is, and what to say to be let in. */
  access(): Promise<{ url: string; headers: Record<string, string> }>;
}

const SIGNED_AT_ONCE = 100;
const PUBLIC = '/object/public/';

export function createStorage(supabase: SupabaseClient<never, never>): Storage {
  const { storage, auth, realtime } = supabase;

  async function run<T>(
    operation: string,
    call: PromiseLike<{ data: T; error: Error | null }>,
  ): Promise<NonNullable<T>> {
    const { data, error } = await call;
    if (!error) return data as NonNullable<T>;
    const { status = 0, statusCode } = error as { status?: number; statusCode?: string };
    throw toStorageError(operation, Number(statusCode) || status, error.message, error);
  }

  return {
    async sign(operation, bucket, paths, seconds) {
      const pages = Array.from({ length: Math.ceil(paths.length / SIGNED_AT_ONCE) }, (_, page) =>
        paths.slice(page * SIGNED_AT_ONCE, (page + 1) * SIGNED_AT_ONCE),
      );
      const answers = await Promise.all(
        pages.map((page) => run(operation, storage.from(bucket).createSignedUrls(page, seconds))),
      );
      return new Map(
        answers
          .flat()
          .flatMap(({ path, signedUrl }) => (path && signedUrl ? [[path, signedUrl] as const] : [])),
      );
    },
    async signImage(operation, bucket, path, seconds, transform) {
      const answer = await run(operation, storage.from(bucket).createSignedUrl(path, seconds, { transform }));
      return answer.signedUrl;
    },
    async remove(operation, bucket, paths) {
      return (await run(operation, storage.from(bucket).remove(paths))).length;
    },
    async list(operation, bucket, folder) {
      return (await run(operation, storage.from(bucket).list(folder))).map(({ name }) => name);
    },
    publicUrl: (bucket, path) => storage.from(bucket).getPublicUrl(path).data.publicUrl,
    async access() {
      const { data } = await auth.getSession();
      const apikey = realtime.apiKey ?? '';
      const { publicUrl } = storage.from('-').getPublicUrl('-').data;
      return {
        url: publicUrl.slice(0, publicUrl.lastIndexOf(PUBLIC)),
        headers: { apikey, authorization: `Bearer ${data.session?.access_token ?? apikey}` },
      };
    },
  };
}

const CODES: Record<number, ErrorCode> = {
  404: 'file_not_found',
  409: 'conflict',
  413: 'file_too_large',
  415: 'unsupported_media_type',
  // Locked by another request, or the database was too slow.
  423: 'service_unavailable',
  544: 'service_unavailable',
};

/** The error of a request that Storage answered with this status, 0 for no answer. */
export function toStorageError(
  operation: string,
  status: number,
  reason: string,
  cause?: unknown,
): ChatError {
  const code = CODES[status] ?? codeOf('', status);
  return new ChatError(code, `unable to ${operation}; ${reason || 'no answer'}`, { status, cause });
}
