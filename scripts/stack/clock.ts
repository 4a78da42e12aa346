/** Notices when the clock of the machine jumps, because tokens carry times and are refused at the wrong one. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CHECK_EVERY = 15_000;
/** Slower corrections of the clock are normal and harm nothing. */
const JUMP = 20_000;

/** Calls `notice` with a sentence at each jump; the result ends the watch. */
export function watchClock(notice: (text: string) => void): () => void {
  let offset = Date.now() - performance.now();
  const timer = setInterval(() => {
    const now = Date.now() - performance.now();
    const jump = now - offset;
    offset = now;
    if (Math.abs(jump) > JUMP) notice(describeJump(jump));
  }, CHECK_EVERY);
  timer.unref();
  return () => clearInterval(timer);
}

export function describeJump(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  return milliseconds < 0
    ? `The clock was set back by ${seconds} s; tokens made before are refused until it has caught up`
    : `The clock moved on by ${seconds} s (it was set, or the machine slept); sessions may have expired meanwhile`;
}

/** A sentence when the database was last used at a time that this clock has not reached yet. */
export function clockBehind(clusterDir: string): string | undefined {
  const control = join(clusterDir, 'global', 'pg_control');
  if (!existsSync(control)) return undefined;
  const ahead = statSync(control).mtimeMs - Date.now();
  if (ahead < JUMP) return undefined;
  return `The clock is ${Math.round(ahead / 1000)} s behind the last run; tokens made then are refused until it has caught up`;
}
