/** What a stack leaves on disk about itself, so that `status`, `down` and the next start know about it. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity } from './supervisor/identity.ts';

export interface StackState {
  phase: 'starting' | 'running' | 'stopping';
  portBase: number;
  supervisor: ProcessIdentity;
  processes: Record<string, ProcessIdentity>;
}

const FILE = 'state.json';

export function readState(dir: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, FILE), 'utf8')) as StackState;
  } catch {
    // Missing, or cut short by a full disk: either way nothing is known.
    return undefined;
  }
}

export function writeState(dir: string, state: StackState): void {
  mkdirSync(dir, { recursive: true });
  const draft = join(dir, `${FILE}.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(draft, join(dir, FILE));
}

export function removeState(dir: string): void {
  rmSync(join(dir, FILE), { force: true });
}

/** The state of a stack whose supervisor lives. */
export function runningState(dir: string): StackState | undefined {
  if (!existsSync(join(dir, FILE))) return undefined;
  const state = readState(dir);
  return state && isAlive(state.supervisor) ? state : undefined;
}

/** Deletes what a stack keeps in its folder, by name: the folder may be the user's choice and hold other things. */
export function deleteData(dir: string): void {
  for (const name of ['postgres', 'storage', 'mail', 'stamps', 'logs', FILE]) {
    rmSync(join(dir, name), { recursive: true, force: true });
  }
}
