/** Runs something against a test stack that notes what of the functions and of the database it reaches. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningStack } from '../stack/stack.ts';
import { coveredLines, notingIn, type Share } from './functions.ts';
import { calledFunctions, countCalls } from './sql.ts';

const LEAST = 80;

export interface Coverage {
  functionEnvironment: Record<string, string>;
  begin(stack: RunningStack): Promise<void>;
  /** Prints the shares; whether they suffice. */
  report(stack: RunningStack): Promise<boolean>;
}

export function createCoverage(): Coverage {
  const folder = mkdtempSync(join(tmpdir(), 'confab-coverage-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return {
    functionEnvironment: notingIn(folder),
    begin: ({ values }) => countCalls(values.DB_URL),
    async report(stack) {
      const called = await calledFunctions(stack.values.DB_URL);
      const lines = await coveredLines(stack, folder);
      return [
        print('lines of edge-functions/', lines),
        print('functions of chat and chat_private', called),
      ].every(Boolean);
    },
  };
}

function print(what: string, shares: Share[]): boolean {
  const sum = (key: 'covered' | 'total') => shares.reduce((total, share) => total + share[key], 0);
  const percent = (100 * sum('covered')) / sum('total');
  const least = shares.filter(({ covered, total }) => covered / total < LEAST / 100);
  for (const { name, covered, total } of least) console.log(`  ${name}: ${covered} of ${total}`);
  console.log(`${what}: ${percent.toFixed(1)} % (${sum('covered')} of ${sum('total')}), at least ${LEAST} %`);
  return percent >= LEAST;
}
