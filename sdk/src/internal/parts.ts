/** A large file in parts (TUS 1.0, as Supabase Storage speaks it), each asked for by where the server's bytes end. */
import { request } from './request.ts';
import { type Storage, toStorageError } from './storage.ts';
import type { Transfer } from './transfer.ts';

/** Storage takes parts of exactly this size. */
export const PART_BYTES = 6 * 1024 * 1024;
/** A path never gets another content. */
export const CACHE_SECONDS = '31536000';

/** Begins, or goes on with what an earlier call for this path has begun, also before a reload. */
export async function storeInParts(storage: Storage, transfer: Transfer): Promise<void> {
  const { bucket, path, content, signal, onProgress } = transfer;
  const key = `confab:upload:${bucket}/${path}`;
  let id = memory.get(key);

  const send = async (method: string, headers: Record<string, string>, from?: number) => {
    const { url, headers: admission } = await storage.access();
    const body = from === undefined ? undefined : content.slice(from, from + PART_BYTES);
    return request({
      method,
      url: `${url}/upload/resumable${id ? `/${id}` : ''}`,
      headers: {
        ...admission,
        'tus-resumable': '1.0.0',
        ...(body && { 'content-type': 'application/offset+octet-stream' }),
        ...headers,
      },
      body,
      signal: method === 'DELETE' ? undefined : signal,
      onProgress: onProgress && ((loaded) => onProgress(Math.min((from ?? 0) + loaded, content.size))),
    });
  };

  async function begin(): Promise<number> {
    const answer = await send(
      'POST',
      {
        'upload-length': String(content.size),
        'upload-metadata': describe({
          bucketName: bucket,
          objectName: path,
          contentType: content.type || 'application/octet-stream',
          cacheControl: CACHE_SECONDS,
        }),
      },
      0,
    );
    // Behind a proxy the server may not know its own address, but it knows the name of the upload.
    id = answer.header('location')?.split('/').at(-1);
    if (answer.status !== 201 || !id) throw refusal(answer.status, answer.text);
    memory.set(key, id);
    return offsetOf(answer.header('upload-offset'));
  }

  async function find(): Promise<number> {
    const answer = await send('HEAD', {});
    if (answer.status === 200) return offsetOf(answer.header('upload-offset'));
    if (answer.status >= 500) throw refusal(answer.status, answer.text);
    // Forgotten there: begun anew.
    id = undefined;
    return begin();
  }

  async function proceed(offset: number): Promise<number> {
    const answer = await send('PATCH', { 'upload-offset': String(offset) }, offset);
    if (answer.status === 204) return offsetOf(answer.header('upload-offset'));
    // It holds another number of bytes, or nothing any more: the next attempt asks first.
    throw refusal([404, 409, 410].includes(answer.status) ? 503 : answer.status, answer.text);
  }

  try {
    let offset = await (id ? find() : begin());
    while (offset < content.size) {
      onProgress?.(offset);
      offset = await proceed(offset);
    }
    memory.delete(key);
  } catch (error) {
    if (signal?.aborted && id) {
      memory.delete(key);
      await send('DELETE', {}).catch(() => {}); // otherwise Storage forgets it after a day
    }
    throw error;
  }
}

const refusal = (status: number, text: string) => toStorageError('upload file', status, text);

const offsetOf = (header: string | null): number => Number(header ?? 0);

const describe = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${btoa(value)}`)
    .join(',');

/** Which uploads were begun, kept over a reload where the browser lets us. */
const memory = {
  held: new Map<string, string>(),
  get(key: string): string | undefined {
    return this.held.get(key) ?? quietly(() => localStorage.getItem(key)) ?? undefined;
  },
  set(key: string, id: string): void {
    this.held.set(key, id);
    quietly(() => localStorage.setItem(key, id));
  },
  delete(key: string): void {
    this.held.delete(key);
    quietly(() => localStorage.removeItem(key));
  },
};

/** There may be no store, none for us, or one that is full: then a reload begins anew. */
function quietly<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
