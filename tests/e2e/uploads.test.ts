/** Uploads from a browser: with progress within a request, measured pictures, and parts that survive a reload. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat, FileInfo } from '../../sdk/src/index.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { hasBrowser, launch } from './browser.ts';

declare global {
  interface Window {
    chat: Chat;
  }
}

const MB = 1024 * 1024;
const PAGE = `<!doctype html><script type="module">
  import { createChat } from '/sdk.js';
  window.chat = createChat({ url: '${stack.apiUrl}', key: '${stack.publishableKey}' });
</script>`;

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    browser = await launch();
    const { outputFiles } = await build({
      entryPoints: ['sdk/src/index.ts'],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
    });
    server = createServer((request, response) => {
      const isCode = request.url === '/sdk.js';
      response.writeHead(200, { 'content-type': isCode ? 'text/javascript' : 'text/html' });
      response.end(isCode ? outputFiles[0]?.contents : PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Somebody signed in, with a channel of their own. */
  async function open(): Promise<{ page: Page; channelId: string }> {
    const page = await (await browser.newContext()).newPage();
    await load(page);
    const person = { email: uniqueEmail(), password: PASSWORD, name: 'Ada', slug: `c-${randomUUID()}` };
    const channelId = await page.evaluate(async ({ slug, ...account }) => {
      await window.chat.auth.signUp(account);
      return (await window.chat.channels.create({ slug })).id;
    }, person);
    return { page, channelId };
  }

  async function load(page: Page): Promise<void> {
    await page.goto(url);
    await page.waitForFunction(() => window.chat !== undefined);
  }

  it('a picture is measured before it is sent', async () => {
    const { page, channelId } = await open();
    const file = await page.evaluate(async (id) => {
      const canvas = new OffscreenCanvas(40, 30);
      canvas.getContext('2d')?.fillRect(0, 0, 40, 30);
      const channel = await window.chat.channels.open(id);
      return channel.files.upload(await canvas.convertToBlob({ type: 'image/png' }), { name: 'a.png' });
    }, channelId);
    expect(file).toMatchObject({ name: 'a.png', mimeType: 'image/png', width: 40, height: 30 });
  });

  it('an upload tells of its progress within a request', async () => {
    const { page, channelId } = await open();
    const size = 5 * MB;
    // Slow enough to be watched.
    const network = await page.context().newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2 * MB };
    await network.send('Network.emulateNetworkConditions', slow);
    const progress = await page.evaluate(
      async ([id, bytes]) => {
        const seen: number[] = [];
        const channel = await window.chat.channels.open(id);
        await channel.files.upload(new Blob([new Uint8Array(bytes)]), {
          onProgress: ({ loaded }) => void seen.push(loaded),
        });
        return seen;
      },
      [channelId, size] as const,
    );
    expect(progress.length).toBeGreaterThan(3);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(size);
  });

  it('a large upload that is cancelled leaves nothing behind', async () => {
    const { page, channelId } = await open();
    const answers: number[] = [];
    page.on('response', (answer) => {
      if (answer.request().method() === 'DELETE') answers.push(answer.status());
    });
    const code = await page.evaluate(
      async ([id, bytes]) => {
        const channel = await window.chat.channels.open(id);
        const cancel = new AbortController();
        return channel.files
          .upload(new Blob([new Uint8Array(bytes)]), {
            signal: cancel.signal,
            onProgress: ({ loaded }) => loaded > 7_000_000 && cancel.abort(),
          })
          .catch((error: { code: string }) => error.code);
      },
      [channelId, 20 * MB] as const,
    );
    expect(code).toBe('cancelled');
    await expect.poll(() => answers).toEqual([204]);
  });

  it('a large upload goes on after a reload', async () => {
    const { page, channelId } = await open();
    const id = randomUUID();
    const begun: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/upload/resumable'))
        begun.push(request.url());
    });
    const upload = (limit: number) =>
      page.evaluate(
        async ([channel, file, bytes, stopAt]) => {
          const content = new Uint8Array(bytes).map((_, n) => n % 251);
          const { files } = await window.chat.channels.open(channel);
          return new Promise<FileInfo | null>((resolve, reject) => {
            files
              .upload(new Blob([content]), {
                id: file,
                onProgress: ({ loaded }) => loaded > stopAt && resolve(null),
              })
              .then(resolve, reject);
          });
        },
        [channelId, id, 13 * MB, limit] as const,
      );
    expect(await upload(7_000_000)).toBeNull();
    await load(page);
    const info = await upload(Number.MAX_SAFE_INTEGER);
    expect(info).toMatchObject({ id, size: 13 * MB });
    expect(begun).toHaveLength(1);
    const isWhole = await page.evaluate(async (file) => {
      const answer = await fetch(await window.chat.files.url(file as FileInfo));
      return new Uint8Array(await answer.arrayBuffer()).every((byte, n) => byte === n % 251);
    }, info);
    expect(isWhole).toBe(true);
  });
});
