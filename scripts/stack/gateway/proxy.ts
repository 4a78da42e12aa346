/** Streams a request to its service and the answer back, and answers itself when the service cannot. */
import {
  Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { ALLOW_ORIGIN } from './cors.ts';
import { limitSize, TooLarge } from './size-limit.ts';

export interface Destination {
  /** Origin of the service, and the path there with its query. */
  origin: URL;
  path: string;
  headers: OutgoingHttpHeaders;
  maxBody: number;
  timeout: number;
}

/**
 * An idle connection is given up before the service closes it (Node servers do after 5 s), so that no request
 * is sent into a closing one. The cap keeps a flood of requests waiting here instead of in the services.
 */
const agent = new Agent({ keepAlive: true, timeout: 2000, maxSockets: 512 });

export function forward(incoming: IncomingMessage, response: ServerResponse, destination: Destination): void {
  const { origin, path, headers, maxBody, timeout } = destination;
  if (Number(incoming.headers['content-length'] ?? 0) > maxBody) {
    refuse(response, 413, 'Request body is too large');
    return;
  }
  const outgoing = request({
    agent,
    timeout,
    hostname: origin.hostname,
    port: origin.port,
    method: incoming.method,
    path,
    headers,
  });
  outgoing.on('timeout', () => outgoing.destroy(new UpstreamTimeout()));
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...endToEnd(answer.headers), ...ALLOW_ORIGIN });
    // A service that dies in mid-answer must look cut off to the client, not complete.
    pipeline(answer, response, (error) => error && response.destroy());
  });
  outgoing.on('error', (error) => {
    if (response.headersSent || response.destroyed) response.destroy();
    else refuse(response, ...explain(error));
  });
  response.on('close', () => outgoing.destroy());
  pipeline(incoming, limitSize(maxBody), outgoing, (error) => {
    if (error instanceof TooLarge && !response.headersSent)
      refuse(response, 413, 'Request body is too large');
  });
}

class UpstreamTimeout extends Error {}

function explain(error: Error): [status: number, message: string] {
  if (error instanceof UpstreamTimeout) return [504, 'The upstream server is timing out'];
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return [503, 'The service is not available; it may be restarting'];
  return [502, 'An invalid response was received from the upstream server'];
}

export function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ message });
  response.writeHead(status, {
    ...ALLOW_ORIGIN,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    // What is left of the body is not read, so the connection cannot be used again.
    ...(status === 413 ? { connection: 'close' } : {}),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(body);
}

const HOP_BY_HOP = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade'],
]);

/** Headers meant for the other end, without those that concern one connection only. */
export function endToEnd(headers: NodeJS.Dict<string | string[]>): OutgoingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}
