/** Remembers which work has been done with which inputs, so that the second start is quick. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Does the work unless its last success had the same inputs. The stamp lies in the folder of the database, so
 * both go together.
 */
export async function unlessDone(
  dir: string,
  name: string,
  inputs: string[],
  work: () => Promise<void>,
): Promise<void> {
  const stamp = join(dir, 'stamps', name);
  const digest = fingerprint(inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

export function fingerprint(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
