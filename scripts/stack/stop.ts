/** Ends a stack that another process supervises. */
import { readState, removeState } from './state.ts';
import { isAlive } from './supervisor/identity.ts';
import { reapLeftovers } from './supervisor/reaper.ts';

const PATIENCE = 30_000;

/** Whether there was anything to end. */
export async function stopRunning(dir: string): Promise<boolean> {
  const state = readState(dir);
  if (!state) return false;
  const { supervisor } = state;
  const wasRunning = isAlive(supervisor);
  if (wasRunning) {
    process.kill(supervisor.pid, 'SIGTERM');
    const deadline = performance.now() + PATIENCE;
    while (isAlive(supervisor)) {
      if (performance.now() > deadline) {
        throw new Error(`unable to stop the stack; its supervisor (process ${supervisor.pid}) does not end`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  // A supervisor that was killed may have left services behind.
  const left = await reapLeftovers(readState(dir)?.processes ?? {});
  removeState(dir);
  return wasRunning || left.length > 0;
}
