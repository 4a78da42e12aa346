/** The queue of messages in a real browser: what a reload leaves, and what several tabs make of it. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasBrowser, launch } from '../e2e/browser.ts';

const root = new URL('../../', import.meta.url);
const PAGE = `<!doctype html><script type="module">
  import { createOutbox } from '/sdk/src/internal/outbox.ts';
  import { createNotedStore } from '/sdk/src/internal/noted-store.ts';
  import { createOutboxStore } from '/sdk/src/internal/outbox-store.ts';
  import { ChatError } from '/sdk/src/errors.ts';

  const outbox = createOutbox({
    store: createNotedStore(createOutboxStore()),
    get: () => Promise.reject(new ChatError('message_not_found', 'unable to read message; it does not exist')),
    async post({ id, channelId, body, files }) {
      const texts = await Promise.all(files.map(({ blob }) => blob.text()));
      const seq = await takeMessage(tab, [body, ...texts].join(' + '));
      if (seq === 0) throw new ChatError('network_unavailable', 'unable to send message; no answer');
      return { id, channelId, body, seq };
    },
  });
  const tab = location.hash.slice(1);
  window.open_ = (userId) => outbox.open(userId);
  window.send = (userId, body, text) =>
    void outbox.send({
      id: body,
      channelId: 'c',
      author: { id: userId, username: userId, name: userId, avatarUrl: null },
      body,
      custom: {},
      parentSeq: null,
      inChannel: true,
      createdAt: new Date(),
      files: text ? [{ info: { id: 'f', name: 'f.txt' }, blob: new Blob([text]) }] : [],
      refusal: null,
    }).catch(() => {});
  window.stored = async (userId) => (await createOutboxStore().list(userId)).map(({ body }) => body);
  window.pending = () => outbox.pending('c').map(({ body }) => body);
</script>`;

interface Tab {
  open_(userId: string | null): void;
  send(userId: string, body: string, text?: string): void;
  pending(): string[];
  stored(userId: string): Promise<string[]>;
}

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer(async ({ url: path = '/' }, answer) => {
      if (!path.endsWith('.ts')) {
        answer.setHeader('content-type', 'text/html').end(PAGE);
        return;
      }
      const source = await readFile(fileURLToPath(new URL(`.${path}`, root)), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      });
      answer.setHeader('content-type', 'text/javascript').end(outputText);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A browser of its own whose tabs reach one server, and what that server has taken. */
  async function openBrowser({ hasLocks = true } = {}) {
    const context: BrowserContext = await browser.newContext();
    const taken: string[] = [];
    const line = { isCut: false };
    await context.exposeFunction('takeMessage', (tab: string, text: string) => {
      if (line.isCut) return 0;
      return taken.push(`${tab}: ${text}`);
    });
    if (!hasLocks)
      await context.addInitScript("Object.defineProperty(navigator, 'locks', { value: undefined })");
    async function openTab(name: string, userId = 'ada'): Promise<Page> {
      const page = await context.newPage();
      await page.goto(`${url}#${name}`);
      await page.waitForFunction('window.pending');
      await page.evaluate((id) => (globalThis as unknown as Tab).open_(id), userId);
      return page;
    }
    return { context, taken, line, openTab };
  }

  const send = (page: Page, body: string, text = '', userId = 'ada') =>
    page.evaluate(([id, one, two]) => (globalThis as unknown as Tab).send(id, one, two), [
      userId,
      body,
      text,
    ] as const);
  const pending = (page: Page) => page.evaluate(() => (globalThis as unknown as Tab).pending());
  const stored = (page: Page) => page.evaluate(() => (globalThis as unknown as Tab).stored('ada'));
  const open = (page: Page, userId: string | null) =>
    page.evaluate((id) => (globalThis as unknown as Tab).open_(id), userId);

  /** Lets nothing be stored until what it gives is called. */
  async function keepBusy(page: Page): Promise<() => Promise<void>> {
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open('confab', 1);
          request.onsuccess = () => {
            const messages = request.result.transaction('outbox', 'readwrite').objectStore('outbox');
            const ask = () => {
              if (document.title !== 'free') messages.count().onsuccess = ask;
            };
            ask();
            resolve();
          };
        }),
    );
    return () =>
      page.evaluate(() => {
        document.title = 'free';
      });
  }

  it('what waits is there after a reload, with its files, and goes out once and in order', async () => {
    const { context, taken, line, openTab } = await openBrowser();
    line.isCut = true;
    const page = await openTab('a');
    await send(page, '1');
    await send(page, '2', 'a file');
    await send(page, '3');
    expect(await pending(page)).toEqual(['1', '2', '3']);
    // A message is shown before it is stored.
    await vi.waitUntil(async () => (await stored(page)).length === 3);
    await page.reload();
    await page.waitForFunction('window.pending');
    line.isCut = false;
    await open(page, 'ada');
    await vi.waitUntil(() => taken.length === 3);
    expect(taken).toEqual(['a: 1', 'a: 2 + a file', 'a: 3']);
    await vi.waitUntil(async () => (await pending(page)).length === 0);
    await page.reload();
    await page.waitForFunction('window.pending');
    await open(page, 'ada');
    await send(page, '4');
    await vi.waitUntil(() => taken.length === 4);
    expect(taken.at(-1)).toBe('a: 4');
    await context.close();
  });

  it('what is sent in the last moment before a reload goes out after it, of the same user and in order', async () => {
    const { context, taken, openTab } = await openBrowser();
    const busy = await openTab('busy', 'nobody');
    const release = await keepBusy(busy);
    const page = await openTab('a');
    await send(page, '1');
    await send(page, '2');
    await send(page, 'not without its file', 'a file');
    await page.reload();
    await release();
    await page.waitForFunction('window.pending');
    await open(page, 'ben');
    await send(page, 'from Ben', '', 'ben');
    await vi.waitUntil(() => taken.length === 1);
    await open(page, 'ada');
    await send(page, '3');
    await vi.waitUntil(() => taken.length === 4);
    expect(taken).toEqual(['a: from Ben', 'a: 1', 'a: 2', 'a: 3']);
    await vi.waitUntil(async () => (await pending(page)).length === 0);
    await vi.waitUntil(async () => (await stored(page)).length === 0);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await context.close();
  });

  it.each([
    ['with locks', true],
    ['where the page has no locks', false],
  ])('of two tabs one sends, both see what waits, and the other takes over: %s', async (_how, hasLocks) => {
    const { context, taken, line, openTab } = await openBrowser({ hasLocks });
    const first = await openTab('a');
    await send(first, '1');
    await vi.waitUntil(() => taken.length === 1);
    const second = await openTab('b');
    await send(second, '2');
    await vi.waitUntil(() => taken.length === 2);
    expect(taken).toEqual(['a: 1', 'a: 2']);
    line.isCut = true;
    await send(second, '3');
    await vi.waitUntil(async () => (await pending(first)).join() === '3');
    await first.close();
    line.isCut = false;
    await vi.waitUntil(() => taken.length === 3);
    expect(taken.at(-1)).toBe('b: 3');
    await vi.waitUntil(async () => (await pending(second)).length === 0);
    await context.close();
  });

  it('a tab that is frozen while it sends keeps the others from sending for a moment only', async () => {
    const { context, taken, openTab } = await openBrowser();
    const frozen = await openTab('a', 'nobody');
    await frozen.evaluate(
      () => void navigator.locks.request('confab-outbox:ada', () => new Promise<void>(() => {})),
    );
    const page = await openTab('b');
    await send(page, '1');
    await send(page, '2');
    await vi.waitUntil(() => taken.length === 2);
    expect(taken).toEqual(['b: 1', 'b: 2']);
    await context.close();
  });

  it('a database that does not answer keeps no message back', async () => {
    const { context, taken, openTab } = await openBrowser();
    await context.addInitScript('indexedDB.open = () => ({})');
    const page = await openTab('a');
    await send(page, '1');
    await vi.waitUntil(() => taken.length === 1);
    await context.close();
  });

  it('what an earlier visit left goes out also when the database takes long to open', async () => {
    const { context, taken, line, openTab } = await openBrowser();
    line.isCut = true;
    const page = await openTab('a');
    await send(page, '1');
    await vi.waitUntil(async () => (await stored(page)).length === 1);
    await context.addInitScript(() => {
      const { indexedDB } = globalThis as unknown as { indexedDB: { open(name: string): object } };
      const open = indexedDB.open.bind(indexedDB);
      indexedDB.open = (name) => {
        const request: object = {};
        setTimeout(() => {
          const real = open(name);
          Object.defineProperty(request, 'result', { get: () => (real as { result: unknown }).result });
          Object.assign(real, request);
        }, 4_000);
        return request;
      };
    });
    line.isCut = false;
    await page.reload();
    await page.waitForFunction('window.pending');
    await open(page, 'ada');
    await vi.waitUntil(() => taken.length === 1);
    expect(taken).toEqual(['a: 1']);
    await context.close();
  });

  it('what one user queued is neither seen nor sent while another is signed in', async () => {
    const { context, taken, line, openTab } = await openBrowser();
    line.isCut = true;
    const page = await openTab('a');
    await send(page, 'from Ada');
    await vi.waitUntil(async () => (await pending(page)).length === 1);
    await open(page, 'ben');
    line.isCut = false;
    await send(page, 'from Ben', '', 'ben');
    await vi.waitUntil(() => taken.length === 1);
    expect(await pending(page)).toEqual([]);
    await open(page, 'ada');
    await vi.waitUntil(() => taken.length === 2);
    expect(taken).toEqual(['a: from Ben', 'a: from Ada']);
    await context.close();
  });
});
