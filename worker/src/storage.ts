/** The worker's way to Storage: as the operator, above every policy. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Settings } from './settings.ts';

export interface Storage {
  /** Writes an object into a file; false when there is no such object. */
  download(bucket: string, path: string, target: string): Promise<boolean>;
  /** Stores an object, over one of the same path. */
  store(bucket: string, path: string, content: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void>;
  /** How many of them were there. */
  remove(bucket: string, paths: string[]): Promise<number>;
}

const PATIENCE = 60_000;

export function openStorage({
  supabaseUrl,
  serviceRoleKey,
}: Pick<Settings, 'supabaseUrl' | 'serviceRoleKey'>): Storage {
  async function call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, apikey: serviceRoleKey, authorization: `Bearer ${serviceRoleKey}` };
    const signal = AbortSignal.timeout(PATIENCE);
    return fetch(`${supabaseUrl}/storage/v1/object/${path}`, { ...init, method, headers, signal });
  }

  /** The answer, unless Storage refuses; `undefined` for what it does not have. */
  async function ask(method: string, path: string, init?: RequestInit): Promise<Response | undefined> {
    const answer = await call(method, path, init);
    if (answer.ok) return answer;
    const reason = await answer.text();
    if (/"statusCode":"404"/.test(reason)) return undefined;
    throw new Error(`unable to reach ${path} in Storage; ${answer.status} ${reason}`);
  }

  return {
    async download(bucket, path, target) {
      const answer = await ask('GET', `${bucket}/${path}`);
      if (!answer?.body) return false;
      await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(target));
      return true;
    },
    async store(bucket, path, content, mediaType) {
      const headers = { 'content-type': mediaType, 'x-upsert': 'true', 'cache-control': 'max-age=31536000' };
      await ask('POST', `${bucket}/${path}`, { body: content, headers });
    },
    async remove(bucket, paths) {
      const answer = await ask('DELETE', bucket, {
        body: JSON.stringify({ prefixes: paths }),
        headers: { 'content-type': 'application/json' },
      });
      return ((await answer?.json()) as unknown[] | undefined)?.length ?? 0;
    },
  };
}
