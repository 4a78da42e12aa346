/**
 * Prints what shows that each document's endpoints, events and requirements are met, as tables in Markdown, with what
 * the last `npm test` made of it. `--brief` puts together what the same tests show, `--check` says only what is open.
 */
import { entriesOf } from './contracts/entries.ts';
import { DOCUMENTS } from './contracts/mounts.ts';
import { briefTable, isFailure, isOpen, summaryOf, wholeTable } from './contracts/print.ts';
import { readResults } from './contracts/results.ts';

const results = readResults();
const documents = DOCUMENTS.map((document) => ({ document, entries: entriesOf(document, results) }));
const isCheck = process.argv.includes('--check');
const write = process.argv.includes('--brief') ? briefTable : wholeTable;

for (const { document, entries } of documents) {
  const shown = isCheck ? entries.filter(isOpen) : entries;
  if (shown.length > 0) process.stdout.write(`## ${document}\n\n${write(shown)}\n`);
  if (isCheck && shown.some(isFailure)) process.exitCode = 1;
}
for (const { document, entries } of documents) process.stdout.write(`${summaryOf(document, entries)}\n`);
