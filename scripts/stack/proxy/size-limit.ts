/** Ends a stream that grows beyond what a route accepts, for bodies that do not announce their length. */
import { Transform } from 'node:stream';

export class TooLarge extends Error {}

export function limitSize(max: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > max) done(new TooLarge());
      else done(null, chunk);
    },
  });
}
