/** Uploads stream: what Storage has not taken yet waits with its sender, and not in the function's memory. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorker, type Worker } from '../../scripts/stack/functions/worker.ts';
import { signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const folder = fileURLToPath(new URL('../../edge-functions/', import.meta.url));
const SIZE = 50 * 2 ** 20;
/** What the buffers of four connections may hold, and far from all. */
const UNDER_WAY = 35 * 2 ** 20;

let between: Server;
let worker: Worker;
/** Lets uploads through to Storage; before, they arrive there and are not read. */
let open: () => void;

beforeAll(async () => {
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  between = createServer(async (incoming, response) => {
    if (incoming.method === 'POST' && incoming.url?.startsWith('/storage/v1/object/files/')) await opened;
    const { method, headers } = incoming;
    const outgoing = httpRequest(`${stack.apiUrl}${incoming.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  worker = createWorker(
    {
      name: 'api',
      entrypoint: `${folder}api/index.ts`,
      importMap: `${folder}deno.json`,
      verifyJwt: false,
    },
    {
      ...process.env,
      SUPABASE_URL: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
      SUPABASE_ANON_KEY: stack.anonKey,
      SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
    } as Record<string, string>,
    () => {},
  );
});
afterAll(() => {
  worker.stop();
  between.close();
});

it('a Storage that does not read holds the sender back, and takes the rest when it does', async () => {
  const { token } = await signUp('Ada');
  const { origin, release } = await worker.lease();
  const chunk = Buffer.alloc(64 * 1024, 1);
  let sent = 0;

  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const upload = httpRequest(new URL('/api/upload', origin), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=x' },
    });
    upload.once('response', resolve).once('error', reject);
    upload.write('--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n');
    const send = () => {
      while (sent < SIZE) {
        sent += chunk.length;
        if (!upload.write(chunk)) {
          upload.once('drain', send);
          return;
        }
      }
      upload.end('\r\n--x--\r\n');
    };
    send();
  });

  let before = -1;
  let still = 0;
  const standsStill = () => {
    still = sent > 2 ** 20 && sent === before ? still + 1 : 0;
    before = sent;
    return still;
  };
  await expect.poll(standsStill, { interval: 100, timeout: 20_000 }).toBeGreaterThan(10);
  expect(sent).toBeLessThan(UNDER_WAY);

  open();
  const response = await answer;
  let body = '';
  for await (const part of response) body += part;
  release();
  expect(response.statusCode).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ attachments: [{ size: SIZE }] });
}, 60_000);
