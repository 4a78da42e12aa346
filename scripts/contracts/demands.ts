/** Whether what is said to show events and requirements of the documents is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIR } from '../stack/stack.ts';
import type { Evidence } from './evidence.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { isMeant } from './later.ts';
import { DOCUMENTS } from './mounts.ts';

const TESTS = join(PROJECT_DIR, 'tests');

export const demandsOf = ({ events, requirements }: Inventory) => [...events, ...requirements];

/** What of this evidence is not there; nothing where all is well. */
export function missingEvidence(shown: Evidence | undefined): string | undefined {
  const { tests = [], endpoints, reason } = shown ?? {};
  if (tests.length === 0 && !endpoints && !reason) return 'neither test nor reason';
  if (endpoints !== undefined) {
    const found = DOCUMENTS.flatMap((document) => readInventory(document).endpoints);
    return found.some(({ id }) => isMeant(id, endpoints)) ? undefined : `no endpoint ${endpoints}`;
  }
  return tests.find((test) => !isThere(test));
}

/** The file below tests, and how the names of the tests in it begin, or of what they stand in. */
export function splitTest(test: string): [file: string, title: string] {
  const [, file = test, title = ''] = /^(.+?): (.*)$/.exec(test) ?? [];
  return [file, title];
}

function isThere(test: string): boolean {
  const [file, title] = splitTest(test);
  const path = join(TESTS, `${file}.test.ts`);
  return existsSync(path) && readFileSync(path, 'utf8').includes(title);
}
