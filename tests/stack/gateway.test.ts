import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { KEYS } from '../../scripts/stack/keys.ts';
import { closed, type Gateway, listen, openGateway, openUpstream, type Upstream } from './upstream.ts';

let upstream: Upstream;
let gateway: Gateway;

beforeEach(async () => {
  upstream = await openUpstream();
  gateway = await openGateway(upstream.url);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const call = (path: string, init: RequestInit = {}) => fetch(`${gateway.url}${path}`, init);
const lastRequest = () => {
  const request = upstream.requests.at(-1);
  if (!request) throw new Error('nothing reached the service');
  return request;
};

describe('a route', () => {
  it.each([
    ['/rest/v1/messages?select=id', '/messages?select=id'],
    ['/rest/v1/', '/'],
    ['/rest/v1', '/'],
    ['/auth/v1/token?grant_type=password', '/token?grant_type=password'],
    ['/auth/v1/callback?code=1', '/callback?code=1'],
    ['/realtime/v1/api/broadcast', '/api/broadcast'],
    ['/storage/v1/object/a/b%20c', '/object/a/b%20c'],
    ['/functions/v1/api/auth/login', '/api/auth/login'],
    ['/functions/v1/rooms/socket.io/?EIO=4', '/socket.io/?EIO=4'],
    ['/functions/v1/ws/typing', '/ws/typing'],
  ])('%s leads to %s', async (path, expected) => {
    await call(path, { headers: { apikey: KEYS.anonKey } });
    expect(lastRequest().url).toBe(expected);
  });

  it('that nobody has is answered 404', async () => {
    const response = await call('/rest/v11/messages');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: 'no Route matched with those values' });
  });
});

describe('a caller', () => {
  it('without a key is refused by rest, auth and realtime, in the words of the real gateway', async () => {
    for (const path of ['/rest/v1/messages', '/auth/v1/user', '/realtime/v1/api/broadcast']) {
      const response = await call(path);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ message: 'No API key found in request' });
    }
    expect(upstream.requests).toEqual([]);
  });

  it.each(['/auth/v1/verify?token=1', '/storage/v1/object/public/a/b', '/functions/v1/api/docs'])(
    'without a key may open %s',
    async (path) => {
      expect((await call(path)).status).toBe(200);
    },
  );

  it('with a key of another project is refused', async () => {
    const response = await call('/rest/v1/messages', { headers: { apikey: 'sb_publishable_other' } });
    expect(response.status).toBe(401);
  });

  it.each([
    ['publishableKey', 'anonKey'],
    ['secretKey', 'serviceRoleKey'],
    ['anonKey', 'anonKey'],
    ['serviceRoleKey', 'serviceRoleKey'],
  ] as const)('with only the %s acts with the token of the %s', async (key, token) => {
    await call('/rest/v1/messages', { headers: { apikey: KEYS[key] } });
    expect(lastRequest().headers.authorization).toBe(`Bearer ${KEYS[token]}`);
  });

  it('with an opaque key as bearer acts with the token of their key', async () => {
    const headers = { apikey: KEYS.publishableKey, authorization: `Bearer ${KEYS.publishableKey}` };
    await call('/rest/v1/messages', { headers });
    expect(lastRequest().headers.authorization).toBe(`Bearer ${KEYS.anonKey}`);
  });

  it('with a token of their own keeps it', async () => {
    const headers = { apikey: KEYS.publishableKey, authorization: 'Bearer their.own.token' };
    await call('/rest/v1/messages', { headers });
    expect(lastRequest().headers.authorization).toBe('Bearer their.own.token');
  });

  it('with a key in the query has it translated there, as a WebSocket needs it', async () => {
    await call(`/realtime/v1/websocket?apikey=${KEYS.publishableKey}&vsn=2.0.0`);
    expect(lastRequest().url).toBe(`/socket/websocket?apikey=${KEYS.anonKey}&vsn=2.0.0`);
  });

  it('of a function is known to it by a header beside their own token', async () => {
    const headers = { apikey: KEYS.secretKey, authorization: 'Bearer their.own.token' };
    await call('/functions/v1/api', { headers: { ...headers, authorization: `Bearer ${KEYS.secretKey}` } });
    expect(lastRequest().headers['sb-api-key']).toBe(`Bearer ${KEYS.serviceRoleKey}`);
    await call('/functions/v1/api', { headers });
    expect(lastRequest().headers['sb-api-key']).toBe('Bearer their.own.token');
  });
});

describe('a page of another origin', () => {
  it('may ask for anything', async () => {
    const response = await call('/storage/v1/bucket', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'apikey,authorization',
      },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(response.headers.get('access-control-allow-headers')).toBe('apikey,authorization');
    expect(upstream.requests).toEqual([]);
  });

  it('may read the answers, refusals included', async () => {
    for (const path of ['/rest/v1/messages', '/nowhere']) {
      expect((await call(path)).headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it('is asked about by functions themselves', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const answer = await call('/functions/v1/api', { method: 'OPTIONS', headers });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a body', () => {
  it.each([10, 200_000])('of %i bytes arrives whole, announced or in chunks', async (size) => {
    const body = 'x'.repeat(size);
    const headers = { apikey: KEYS.anonKey };
    await call('/auth/v1/signup', { method: 'POST', headers, body });
    expect(lastRequest().body).toHaveLength(size);
    const stream = new Blob([body]).stream();
    await call('/auth/v1/signup', { method: 'DELETE', headers, body: stream, duplex: 'half' } as RequestInit);
    expect(lastRequest().body).toHaveLength(size);
  });

  it('larger than its route takes is refused, announced or not', async () => {
    const body = 'x'.repeat(2 ** 20 + 1);
    const headers = { apikey: KEYS.anonKey };
    expect((await call('/auth/v1/signup', { method: 'POST', headers, body })).status).toBe(413);
    const answer = await exchange(
      `POST /auth/v1/signup HTTP/1.1\r\nhost: x\r\napikey: ${KEYS.anonKey}\r\ntransfer-encoding: chunked\r\n\r\n` +
        `${body.length.toString(16)}\r\n${body}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(upstream.requests).toEqual([]);
  });

  it('that breaks off reaches nobody', async () => {
    const half = `POST /auth/v1/signup HTTP/1.1\r\nhost: x\r\napikey: ${KEYS.anonKey}\r\ncontent-length: 100\r\n\r\n{`;
    await exchange(half, { end: true });
    expect(upstream.requests).toEqual([]);
  });
});

describe('a service', () => {
  it('that is down is answered for with 503', async () => {
    await upstream.close();
    const response = await call('/rest/v1/messages', { headers: { apikey: KEYS.anonKey } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual({ message: 'The service is not available; it may be restarting' });
  });

  it('that dies before its answer is answered for with 502', async () => {
    upstream.answer((request) => request.socket.destroy());
    expect((await call('/functions/v1/api')).status).toBe(502);
  });

  it('that dies in its answer leaves it cut off, not shortened', async () => {
    let die = () => {};
    upstream.answer((request, response) => {
      response.write('half');
      die = () => request.socket.destroy();
    });
    const response = await call('/functions/v1/api');
    die();
    await expect(response.text()).rejects.toThrow();
  });

  it('streams: the first part of an answer arrives before the last is written', async () => {
    let finish = () => {};
    upstream.answer((_request, response) => {
      response.write('first');
      finish = () => response.end('last');
    });
    const response = await call('/functions/v1/api');
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
    finish();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('last');
  });

  it('serves many requests on few connections', async () => {
    for (let count = 0; count < 10; count += 1) await call('/functions/v1/api').then((one) => one.text());
    expect(upstream.connections).toBe(1);
  });
});

describe('nonsense', () => {
  it.each([
    ['bytes that are no HTTP', '\x00\x01\x02\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /rest/v1/ HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
    ['another server as target', 'GET http://elsewhere/rest/v1/ HTTP/1.1\r\nhost: x\r\n\r\n', 404],
    ['a WebSocket without a key', websocketRequest('/realtime/v1/websocket'), 401],
  ])('such as %s gets an answer', async (_what, text, status) => {
    expect(await exchange(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await call('/functions/v1/api')).status).toBe(200);
  });
});

describe('a WebSocket', () => {
  it('carries frames both ways and ends with either side', async () => {
    const http = createServer();
    const sockets = new WebSocketServer({ server: http });
    const paths: string[] = [];
    sockets.on('connection', (socket, request) => {
      paths.push(request.url ?? '');
      socket.on('message', (data) =>
        String(data) === 'end' ? socket.terminate() : socket.send(`echo ${data}`),
      );
    });
    const url = await listen(http);
    const other = await openGateway(url);
    const client = new WebSocket(
      `ws://127.0.0.1:${other.port}/realtime/v1/websocket?apikey=${KEYS.secretKey}`,
    );
    await new Promise((resolve) => client.once('open', resolve));
    client.send('hello');
    expect(await new Promise((resolve) => client.once('message', (data) => resolve(String(data))))).toBe(
      'echo hello',
    );
    expect(paths).toEqual([`/socket/websocket?apikey=${KEYS.serviceRoleKey}`]);
    client.send('end');
    await new Promise((resolve) => client.once('close', resolve));
    await other.close();
    await closed(http);
  });

  it('to a service that is down is refused with 503', async () => {
    await upstream.close();
    const answer = await exchange(websocketRequest(`/realtime/v1/websocket?apikey=${KEYS.anonKey}`));
    expect(answer).toMatch(/^HTTP\/1.1 503 /);
  });
});

it('an offer of HTTP/2 is not taken up, and the request answered', async () => {
  const answer = await exchange(
    `POST /auth/v1/signup HTTP/1.1\r\nhost: x\r\napikey: ${KEYS.anonKey}\r\nconnection: Upgrade, HTTP2-Settings\r\n` +
      'upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\ncontent-length: 4\r\n\r\nbody',
  );
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(lastRequest()).toMatchObject({ method: 'POST', url: '/signup', body: 'body' });
});

function websocketRequest(path: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n'
  );
}

/** What the gateway answers to bytes as they are. */
function exchange(text: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1');
    let answer = '';
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(text, 'latin1');
    if (end) socket.end();
  });
}
