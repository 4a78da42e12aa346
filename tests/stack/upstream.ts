/** A server in place of the stack's services: answers what the test says and remembers what came. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiKeys } from '../../scripts/stack/gateway/api-keys.ts';
import type { Upstreams } from '../../scripts/stack/gateway/routes.ts';
import { createGateway } from '../../scripts/stack/gateway/server.ts';
import { KEYS } from '../../scripts/stack/keys.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Upstream {
  url: string;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  connections: number;
  answer(handler: Handler): void;
  close(): Promise<void>;
}

export async function openUpstream(): Promise<Upstream> {
  let handler: Handler = (_request, response) => {
    response.end('ok');
  };
  const server = createServer(async (request, response) => {
    let body = '';
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return;
    }
    const { method = '', url = '', headers } = request;
    upstream.requests.push({ method, url, headers, body });
    handler(request, response);
  });
  const upstream: Upstream = {
    url: await listen(server),
    requests: [],
    connections: 0,
    answer(next) {
      handler = next;
    },
    close: () => closed(server),
  };
  server.on('connection', () => {
    upstream.connections += 1;
  });
  return upstream;
}

export interface Gateway {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** A gateway that finds every service at one address. */
export async function openGateway(serviceUrl: string): Promise<Gateway> {
  const names = ['auth', 'rest', 'restAdmin', 'realtime', 'storage', 'functions', 'doors'];
  const upstreams = Object.fromEntries(names.map((name) => [name, serviceUrl])) as unknown as Upstreams;
  const server = createGateway({ upstreams, keys: apiKeys(KEYS) });
  const url = await listen(server);
  return { url, port: Number(new URL(url).port), close: () => closed(server) };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
