/** The bytes of a file on their way to Storage: small ones in one request, large ones in parts. */
import { CACHE_SECONDS, PART_BYTES, storeInParts } from './parts.ts';
import { request } from './request.ts';
import { type Storage, toStorageError } from './storage.ts';

export interface Transfer {
  bucket: string;
  path: string;
  /** Its type becomes the object's. */
  content: Blob;
  signal?: AbortSignal | undefined;
  /** Called with how many bytes have left. */
  onProgress?: ((loaded: number) => void) | undefined;
}

/** @throws `cancelled`, `network_unavailable`, `file_too_large`, `forbidden`, `conflict` when something is there already */
export async function store(storage: Storage, transfer: Transfer): Promise<void> {
  await (transfer.content.size > PART_BYTES ? storeInParts : storeAtOnce)(storage, transfer);
}

async function storeAtOnce(storage: Storage, transfer: Transfer): Promise<void> {
  const { bucket, path, content, signal, onProgress } = transfer;
  const { url, headers } = await storage.access();
  const form = new FormData();
  form.append('cacheControl', CACHE_SECONDS);
  form.append('', content);
  const { status, text } = await request({
    method: 'POST',
    url: `${url}/object/${bucket}/${path}`,
    headers,
    body: form,
    signal,
    // The form around the file counts as well.
    onProgress: onProgress && ((loaded) => onProgress(Math.min(loaded, content.size))),
  });
  if (status === 200) return;
  // Storage answers nearly every refusal with 400 and says what it means in the body.
  const { statusCode, message } = readRefusal(text);
  throw toStorageError('upload file', Number(statusCode) || status, message ?? text);
}

function readRefusal(text: string): { statusCode?: string; message?: string } {
  try {
    return JSON.parse(text) as { statusCode?: string; message?: string };
  } catch {
    return {};
  }
}
