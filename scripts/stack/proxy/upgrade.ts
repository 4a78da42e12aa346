/** Connects a client's WebSocket with the server that speaks it; bytes pass through unread. */
import { type IncomingMessage, type OutgoingHttpHeaders, request, STATUS_CODES } from 'node:http';
import { connect as dial, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface UpgradeDestination {
  origin: URL;
  path: string;
  headers: OutgoingHttpHeaders;
}

/** Calls `fail` when the server cannot be reached. */
export function forwardUpgrade(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  { origin, path, headers }: UpgradeDestination,
  fail: () => void,
): void {
  client.on('error', () => client.destroy());
  const outgoing = request({
    hostname: origin.hostname,
    port: origin.port || 80,
    method: incoming.method,
    path,
    headers: { ...headers, connection: 'Upgrade', upgrade: incoming.headers.upgrade },
    timeout: 30_000,
  });
  outgoing.on('upgrade', (answer, server, serverHead) => {
    client.write(headOf(answer));
    if (serverHead.length > 0) client.write(serverHead);
    if (head.length > 0) server.write(head);
    connect(client, server);
    connect(server, client);
  });
  outgoing.on('response', (answer) => {
    // Refused: the server's own answer goes to the client, and the connection ends with it.
    client.write(headOf(answer));
    answer.on('error', () => client.destroy());
    answer.pipe(client);
  });
  outgoing.on('timeout', () => outgoing.destroy());
  outgoing.on('error', fail);
  client.on('close', () => outgoing.destroy());
  outgoing.end();
}

/**
 * For clients that offer HTTP/2 by an upgrade, as Java's does with every request: an ordinary request, whose
 * offer is not taken up. Node hands it over unparsed, so it goes on as it came.
 */
export function forwardUntouched(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  { origin, path, headers }: UpgradeDestination,
  fail: () => void,
): void {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const framing = incoming.headers['transfer-encoding'];
  if (framing !== undefined) lines.push(`transfer-encoding: ${framing}`);
  const server = dial({ host: origin.hostname, port: Number(origin.port || 80) });
  server.once('error', fail);
  server.once('connect', () => {
    server.write(`${incoming.method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    server.write(head);
    connect(client, server);
    connect(server, client);
  });
  client.on('close', () => server.destroy());
}

/** Answers a request for a WebSocket with a refusal. */
export function refuseUpgrade(client: Duplex, status: number, body: string): void {
  if (client.destroyed) return;
  client.on('error', () => client.destroy());
  client.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function connect(from: Duplex, to: Duplex): void {
  if (from instanceof Socket) {
    from.setTimeout(0);
    from.setNoDelay(true);
    // Finds out about a peer that vanished without a word.
    from.setKeepAlive(true, 30_000);
  }
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
  from.pipe(to);
}

function headOf(answer: IncomingMessage): string {
  const isRefusal = answer.statusCode !== 101;
  const dropped = isRefusal ? ['transfer-encoding', 'connection', 'keep-alive'] : [];
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    if (!dropped.includes(name.toLowerCase())) lines.push(`${name}: ${answer.rawHeaders[index + 1]}`);
  }
  if (isRefusal) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
