/** Refuses to begin on a disk that would be full before the stack runs; a database dislikes nothing more. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

const NEEDED = 300 * 2 ** 20;

export function refuseFullDisk(dir: string): void {
  let folder = dir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= NEEDED) return;
  const mebibytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  throw new Error(
    `unable to start; the disk that holds ${folder} has ${mebibytes(free)} left and the stack needs ${mebibytes(NEEDED)}`,
  );
}
