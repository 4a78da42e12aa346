/** Knows when the disk is too full for a database, which dislikes nothing more. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

const NEEDED = 300 * 2 ** 20;
/** Below this a running Postgres is about to stop. */
const SCARCE = 50 * 2 ** 20;

export function refuseFullDisk(dir: string): void {
  const { folder, free } = freeSpace(dir);
  if (free >= NEEDED) return;
  throw new Error(
    `unable to start; the disk that holds ${folder} has ${mebibytes(free)} left and the stack needs ${mebibytes(NEEDED)}`,
  );
}

/** Says that a full disk may be the reason, when it may. */
export function diskShortage(dir: string): string | undefined {
  const { folder, free } = freeSpace(dir);
  return free < SCARCE ? `the disk that holds ${folder} has only ${mebibytes(free)} left` : undefined;
}

function freeSpace(dir: string): { folder: string; free: number } {
  let folder = dir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return { folder, free: bavail * bsize };
}

const mebibytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
