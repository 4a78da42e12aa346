/** Asks a ClamAV daemon whether a file carries a virus, by its protocol INSTREAM. */
import { createReadStream } from 'node:fs';
import { connect } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Scanner {
  host: string;
  port: number;
}

const PATIENCE = 120_000;

/** The name of the virus in the file, or null. @throws when the daemon gives no verdict: that is no clean file. */
export async function findVirus({ host, port }: Scanner, path: string): Promise<string | null> {
  const socket = connect({ host, port });
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('clamd does not answer')));
  let reply = '';
  const replied = (async () => {
    for await (const chunk of socket) reply += chunk;
  })();
  replied.catch(() => {});
  try {
    socket.write('zINSTREAM\0');
    await pipeline(createReadStream(path), lengthPrefixed(), socket, { end: false });
    socket.write(Buffer.alloc(4));
    await replied;
  } catch (error) {
    // It answers in the middle when it takes no more, and closes.
    if (!reply) throw error;
  } finally {
    socket.destroy();
  }
  const verdict = reply.replace(/\0.*$/s, '').trim();
  if (verdict === 'stream: OK') return null;
  const [, virus] = /^stream: (.+) FOUND$/.exec(verdict) ?? [];
  if (virus) return virus;
  throw new Error(`clamd gives no verdict: ${verdict || 'it closed the connection'}`);
}

/** Each chunk with its length before it, as four bytes. */
function lengthPrefixed(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(chunk.length);
      done(null, Buffer.concat([length, chunk]));
    },
  });
}
