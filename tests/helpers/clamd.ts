/** A tiny ClamAV daemon: what holds the word VIRUS is infected. */
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Clamd {
  host: string;
  port: number;
  /** How many bytes it has been given. */
  received(): number;
  close(): Promise<void>;
}

/** `answer` replaces its verdict, for daemons that give none. */
export async function startClamd(answer?: string): Promise<Clamd> {
  let received = 0;
  const serve = async (socket: Socket) => {
    let buffer = Buffer.alloc(0);
    let content = Buffer.alloc(0);
    for await (const chunk of socket) {
      buffer = Buffer.concat([buffer, chunk as Buffer]);
      if (buffer.subarray(0, 10).toString() === 'zINSTREAM\0') buffer = buffer.subarray(10);
      while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32BE()) {
        const length = buffer.readUInt32BE();
        content = Buffer.concat([content, buffer.subarray(4, 4 + length)]);
        buffer = buffer.subarray(4 + length);
        if (length > 0) continue;
        received += content.length;
        const verdict = content.includes('VIRUS') ? 'Eicar-Test FOUND' : 'OK';
        socket.end(answer ?? `stream: ${verdict}\0`);
      }
    }
  };
  const server = createServer((socket) => void serve(socket).catch(() => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    received: () => received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
