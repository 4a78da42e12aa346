/** Connects a WebSocket of a client with the service that speaks it; bytes pass through unread. */
import { type IncomingMessage, type OutgoingHttpHeaders, request, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export function forwardUpgrade(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  destination: { origin: URL; path: string; headers: OutgoingHttpHeaders },
): void {
  const { origin, path, headers } = destination;
  client.on('error', () => client.destroy());
  const outgoing = request({
    hostname: origin.hostname,
    port: origin.port,
    method: incoming.method,
    path,
    headers: { ...headers, connection: 'Upgrade', upgrade: incoming.headers.upgrade },
    timeout: 30_000,
  });
  outgoing.on('upgrade', (answer, service, serviceHead) => {
    client.write(headOf(101, answer));
    if (serviceHead.length > 0) client.write(serviceHead);
    if (head.length > 0) service.write(head);
    join(client, service);
  });
  outgoing.on('response', (answer) => {
    // Refused: the service's own answer goes to the client, and the connection ends with it.
    client.write(headOf(answer.statusCode ?? 502, answer, ['transfer-encoding', 'connection', 'keep-alive']));
    answer.pipe(client);
    answer.on('error', () => client.destroy());
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
  outgoing.on('error', () =>
    refuseUpgrade(client, 503, 'The service is not available; it may be restarting'),
  );
  client.on('close', () => outgoing.destroy());
  outgoing.end();
}

export function refuseUpgrade(client: Duplex, status: number, message: string): void {
  if (client.destroyed) return;
  const body = JSON.stringify({ message });
  client.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function join(client: Duplex, service: Duplex): void {
  for (const [from, to] of [
    [client, service],
    [service, client],
  ] as const) {
    if ('setTimeout' in from) {
      const socket = from as unknown as import('node:net').Socket;
      socket.setTimeout(0);
      socket.setNoDelay(true);
      // Finds out about a peer that vanished without a word.
      socket.setKeepAlive(true, 30_000);
    }
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

function headOf(status: number, answer: IncomingMessage, without: string[] = []): string {
  const lines = [`HTTP/1.1 ${status} ${answer.statusMessage || STATUS_CODES[status]}`];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] as string;
    if (!without.includes(name.toLowerCase())) lines.push(`${name}: ${answer.rawHeaders[index + 1]}`);
  }
  if (status !== 101) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
