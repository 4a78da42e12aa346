/** A gateway before the stack's own whose services can be cut off or silenced one by one. */
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { stack } from './stack.ts';

export interface Gateway {
  url: string;
  /** Paths that begin with these reach nobody. */
  cut: Set<string>;
  /** Paths that begin with these are heard and never answered. */
  silenced: Set<string>;
  close(): Promise<void>;
}

export async function openGateway(): Promise<Gateway> {
  const { hostname, port } = new URL(stack.apiUrl);
  const cut = new Set<string>();
  const silenced = new Set<string>();
  const isIn = (paths: Set<string>, { url = '' }: IncomingMessage) =>
    [...paths].some((path) => url.startsWith(path));

  const server = createServer((near, answer) => {
    if (isIn(cut, near)) near.socket.destroy();
    if (isIn(cut, near) || isIn(silenced, near)) return;
    const { method, url, headers } = near;
    const far = request({ hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    far.on('error', () => near.socket.destroy());
    near.pipe(far);
  });
  server.on('upgrade', (near, socket, head) => {
    if (isIn(cut, near)) {
      socket.destroy();
      return;
    }
    const far = connect(Number(port), hostname, () => {
      const lines = [`${near.method} ${near.url} HTTP/1.1`];
      for (let n = 0; n < near.rawHeaders.length; n += 2) {
        lines.push(`${near.rawHeaders[n]}: ${near.rawHeaders[n + 1]}`);
      }
      far.write(`${lines.join('\r\n')}\r\n\r\n`);
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    silenced,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
