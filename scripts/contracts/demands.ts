/** What shows that events and requirements of the documents are met. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIR } from '../stack/stack.ts';
import { type Evidence, evidence } from './evidence.ts';
import { DOCUMENTS, type Inventory, readInventory } from './inventory.ts';
import { isMeant, laterReason } from './later.ts';

const TESTS = join(PROJECT_DIR, 'tests');

export const demandsOf = ({ events, requirements }: Inventory) => [...events, ...requirements];

/** What of this evidence is not there; nothing where all is well. */
export function missingEvidence(shown: Evidence | undefined): string | undefined {
  if (!shown) return 'neither test nor reason';
  const { tests = [], endpoints } = shown;
  if (endpoints !== undefined) {
    const found = DOCUMENTS.flatMap((document) => readInventory(document).endpoints);
    return found.some(({ id }) => isMeant(id, endpoints)) ? undefined : `no endpoint ${endpoints}`;
  }
  return tests.find((test) => !isThere(test));
}

function isThere(test: string): boolean {
  if (test.endsWith('/')) {
    const folder = join(TESTS, test);
    return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.test.ts'));
  }
  const [, file, title = ''] = /^(.+?): (.*)$/.exec(test) ?? [];
  const path = join(TESTS, `${file}.test.ts`);
  return existsSync(path) && readFileSync(path, 'utf8').includes(title);
}

/** Events and requirements in Markdown, each with what shows it. */
export function demandsTable(inventory: Inventory): string {
  const rows = demandsOf(inventory).map(
    ({ id, text }) => `| ${id} | ${text.replaceAll('|', '\\|')} | ${laterReason(id) ?? say(evidence[id])} |`,
  );
  return rows.length > 0 ? ['| id | asks for | shown by |', '|---|---|---|', ...rows, ''].join('\n') : '';
}

function say(shown: Evidence | undefined): string {
  const missing = missingEvidence(shown);
  if (missing !== undefined) return `**${missing}**`;
  const { tests, endpoints, reason } = shown ?? {};
  return reason ?? tests?.map((test) => `\`${test}\``).join(', ') ?? `the tests of ${endpoints}`;
}
