/** Fetches a web page as a stranger's address may be fetched: guarded, briefly, and not much of it. */
import { Agent, fetch, type Response } from 'undici';
import { createGuard, Forbidden } from './guard.ts';

export interface Page {
  /** Where it was found in the end, which relative addresses in it refer to. */
  url: string;
  html: string;
}

export interface PageLimits {
  /** Addresses that may be asked although they are not public. */
  allow?: string[];
  milliseconds?: number;
  bytes?: number;
  redirects?: number;
}

/**
 * @returns the page, or undefined when there is none that a preview could be made of: refused, not found, of another type.
 * @throws when another time may bring more: no answer, too slow, an error of the server.
 */
export async function fetchPage(address: string, limits: PageLimits = {}): Promise<Page | undefined> {
  const { allow, milliseconds = 8000, bytes = 1024 * 1024, redirects = 5 } = limits;
  const guard = createGuard(allow);
  const dispatcher = new Agent({
    connect: { lookup: guard.lookup, timeout: milliseconds },
    maxHeaderSize: 32 * 1024,
  });
  const signal = AbortSignal.timeout(milliseconds);
  try {
    let url = new URL(address);
    for (let hops = 0; hops <= redirects; hops += 1) {
      guard.check(url);
      const response = await fetch(url, { dispatcher, signal, redirect: 'manual', headers: HEADERS });
      const target = response.status >= 300 && response.status < 400 && response.headers.get('location');
      if (!target) return await readPage(response, url, bytes);
      await response.body?.cancel();
      url = new URL(target, url);
    }
    return undefined;
  } catch (error) {
    if (isForbidden(error) || (error as { code?: string }).code === 'ERR_INVALID_URL') return undefined;
    throw error;
  } finally {
    // Whoever never ends an answer is not waited for.
    void dispatcher.destroy();
  }
}

const HEADERS = {
  'user-agent': 'Confab-LinkPreview/1.0',
  accept: 'text/html,application/xhtml+xml;q=0.9',
  'accept-language': 'en;q=0.5,*;q=0.1',
};

/** What `fetch` throws has the guard's refusal somewhere inside. */
function isForbidden(error: unknown): boolean {
  return error instanceof Forbidden || (error instanceof Error && isForbidden(error.cause));
}

async function readPage(response: Response, url: URL, limit: number): Promise<Page | undefined> {
  if (response.status >= 500 || response.status === 429) {
    throw new Error(`${url.hostname} answered ${response.status}`);
  }
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !/^(text\/html|application\/xhtml\+xml)\b/i.test(type) || !response.body)
    return undefined;
  const content = await readStart(response.body, limit);
  return { url: url.href, html: decode(content, type) };
}

/** What a preview needs stands at the beginning. */
async function readStart(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function decode(content: Buffer, type: string): string {
  const named = /charset=["']?([\w-]+)/i;
  const charset =
    named.exec(type)?.[1] ?? named.exec(content.subarray(0, 2048).toString('latin1'))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(content);
  } catch {
    return content.toString('utf8');
  }
}
