import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fetchPage } from '../../worker/src/pages/fetch.ts';
import { createGuard, isPublicAddress } from '../../worker/src/pages/guard.ts';
import { previewOf } from '../../worker/src/pages/preview.ts';
import { database } from '../helpers/database.ts';
import { signUp } from '../helpers/people.ts';
import { type RunningWorker, startWorker } from './program.ts';

const LOOPBACK = { allow: ['127.0.0.1'] };
const PAGE = `<html><head><title>Plain</title><meta property="og:title" content="Menu &lt;b&gt;">
  <meta property="og:description" content="Soup\u202e and salad"><meta property="og:image" content="/soup.png"></head></html>`;

let server: Server;
let base: string;
let asked = 0;
const pages: Record<string, RequestListener> = {
  '/menu': (_, response) => response.setHeader('content-type', 'text/html').end(PAGE),
  '/moved': (_, response) => response.writeHead(302, { location: '/menu' }).end(),
  '/inside': (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/picture': (_, response) => response.setHeader('content-type', 'image/png').end('x'),
  '/broken': (_, response) => response.writeHead(503).end(),
  '/slow': () => {},
  '/endless': (_, response) => {
    response.setHeader('content-type', 'text/html').write(PAGE);
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
    response.on('close', () => clearInterval(timer));
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    const page = pages[request.url?.split('?')[0] ?? ''];
    if (page) page(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
const workers: RunningWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.end('SIGKILL')));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database.end();
});

describe('the guard', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...[
      '224.0.0.1',
      '255.255.255.255',
      '192.0.2.1',
      '198.18.0.1',
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
    ],
    ...[
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:169.254.169.254',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
    ],
    ...['::127.0.0.1', 'nonsense'],
  ])('takes %s for nobody to ask', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])(
    'lets %s pass',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ...[
      'http://127.0.0.1/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://[::1]/',
      'http://[::ffff:7f00:1]/',
    ],
    ...[
      'http://user:pass@example.com/',
      'http://example.com:22/',
      'ftp://example.com/',
      'file:///etc/passwd',
    ],
  ])('refuses %s before anything is asked', (url) => {
    expect(() => createGuard().check(new URL(url))).toThrow();
  });

  it('judges what a name resolves to, and gives only that to the connection', async () => {
    const looked = (allow: string[]) =>
      new Promise((resolve) =>
        createGuard(allow).lookup('localhost', { all: true, family: 4 }, (error, found) =>
          resolve(error ?? found),
        ),
      );
    expect(await looked([])).toBeInstanceOf(Error);
    expect(await looked(['127.0.0.1'])).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});

describe('fetching a page', () => {
  it('gives its text and where it was in the end', async () => {
    expect(await fetchPage(`${base}/moved`, LOOPBACK)).toEqual({ url: `${base}/menu`, html: PAGE });
  });

  it('asks nobody who is not public, and does not follow there either', async () => {
    const before = asked;
    expect(await fetchPage(`${base}/menu`)).toBeUndefined();
    expect(asked).toBe(before);
    expect(await fetchPage(`${base}/inside`, LOOPBACK)).toBeUndefined();
  });

  it.each(['/missing', '/picture', '/loop'])('finds nothing at %s', async (path) => {
    expect(await fetchPage(base + path, LOOPBACK)).toBeUndefined();
  });

  it.each(['/slow', '/broken'])('says that %s may be asked again', async (path) => {
    await expect(fetchPage(base + path, { ...LOOPBACK, milliseconds: 300 })).rejects.toThrow();
  });

  it('reads no more than the beginning of a page that never ends', async () => {
    const page = await fetchPage(`${base}/endless`, { ...LOOPBACK, bytes: 100_000 });
    expect(Buffer.byteLength(page?.html ?? '')).toBe(100_000);
  });
});

describe('a preview', () => {
  const of = (head: string) =>
    previewOf('https://a.example/x', { url: 'https://a.example/x/y', html: `<head>${head}</head>` });

  it('is what Open Graph says, as plain text on one line', async () => {
    expect(await previewOf('https://a.example', { url: 'https://a.example/', html: PAGE })).toEqual({
      url: 'https://a.example',
      title: 'Menu <b>',
      description: 'Soup and salad',
      image: 'https://a.example/soup.png',
    });
  });

  it('is the title where there is no more, and nothing without one', async () => {
    expect(await of('<title>Plain</title>')).toMatchObject({ title: 'Plain', description: '', image: '' });
    expect(await of('<meta name="x" content="y">')).toBeUndefined();
  });

  it('has no picture but from the web', async () => {
    const image = '<meta property="og:image" content="javascript:alert(1)">';
    expect(await of(`<title>T</title>${image}`)).toMatchObject({ image: '' });
  });
});

describe('a message with a link', { timeout: 60_000 }, () => {
  it('gets the preview as a change that everybody hears, and the next message has it at once', async () => {
    const ada = await signUp('Ada');
    const { data: channel } = await ada.supabase
      .rpc('create_group', { member_ids: [(await signUp('Bob')).id] })
      .single()
      .throwOnError();
    const url = `${base}/menu?${channel.id}`;
    const send = async (body: string) => {
      const { data } = await ada.supabase
        .rpc('send_message', { channel_id: channel.id, body })
        .single()
        .throwOnError();
      return data;
    };
    const first = await send(`Look: ${url}.`);
    workers.push(await startWorker({ LINK_PREVIEW_ALLOW: '127.0.0.1' }));
    const preview = { url, title: 'Menu <b>', description: 'Soup and salad', image: `${base}/soup.png` };
    await expect
      .poll(
        async () => {
          const [row] =
            await database`select link_preview, change::int, edited_at from chat.messages where id = ${first.id}`;
          return row;
        },
        { timeout: 30_000 },
      )
      .toMatchObject({ link_preview: preview, change: 1, edited_at: null });
    const events = await database`select payload from realtime.messages
      where topic = ${`channel:${channel.id}:0`} and event = 'message:updated'`;
    expect(events.map(({ payload }) => payload)).toMatchObject([
      { id: first.id, link_preview: preview, change: 1 },
    ]);
    expect(await send(`again ${url}`)).toMatchObject({ link_preview: preview, change: 0 });
  });
});
