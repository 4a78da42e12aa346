/** One HTTP request that tells how much of it has left, where that can be known: browsers say it only of XMLHttpRequest. */
import { ChatError } from '../errors.ts';

export interface OutgoingRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: Blob | FormData | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((loaded: number) => void) | undefined;
}

export interface Answer {
  status: number;
  text: string;
  header(name: string): string | null;
}

/** @throws `cancelled`, `network_unavailable` */
export async function request(outgoing: OutgoingRequest): Promise<Answer> {
  try {
    outgoing.signal?.throwIfAborted();
    return await (typeof XMLHttpRequest === 'undefined' ? viaFetch : viaXhr)(outgoing);
  } catch (cause) {
    const isCancelled = outgoing.signal?.aborted;
    throw new ChatError(
      isCancelled ? 'cancelled' : 'network_unavailable',
      `unable to upload file; ${isCancelled ? 'it was cancelled' : 'no answer'}`,
      { cause },
    );
  }
}

async function viaFetch({ url, onProgress: _, ...init }: OutgoingRequest): Promise<Answer> {
  const { body, signal, ...rest } = init;
  const response = await fetch(url, { ...rest, body: body ?? null, signal: signal ?? null });
  return {
    status: response.status,
    text: await response.text(),
    header: (name) => response.headers.get(name),
  };
}

function viaXhr({ method, url, headers, body, signal, onProgress }: OutgoingRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    if (onProgress) xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () =>
      resolve({
        status: xhr.status,
        text: xhr.responseText,
        header: (name) => xhr.getResponseHeader(name),
      });
    xhr.onerror = xhr.onabort = xhr.ontimeout = ({ type }) => reject(new Error(type));
    xhr.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    xhr.send(body ?? null);
  });
}
