/** Says in Markdown what shows that a document is met: all of it, or in a few lines. */
import type { Entry } from './entries.ts';
import { type Verdict, verdictOf, wordsOf } from './results.ts';

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Every entry with its tests and their result. */
export function wholeTable(entries: Entry[]): string {
  const rows = entries.map((entry) => [
    entry.id,
    entry.kind === 'endpoint' ? `\`${entry.text}\`` : cell(entry.text),
    entry.reason ??
      (entry.kind === 'endpoint' ? `${nameFiles(entry)}: ${entry.shownBy}` : cell(entry.shownBy)),
    resultOf(entry),
  ]);
  return table(['id', 'asks for', 'shown by', 'result'], rows);
}

/** Those that the same files show, or the same reason excuses, in one line. */
export function briefTable(entries: Entry[]): string {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key =
      headOf(entry.reason) ?? [entry.kind === 'endpoint' ? '' : entry.shownBy, ...entry.files].join();
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const rows = [...groups.values()].map((group) => {
    const whole = {
      reason: headOf(group[0]?.reason),
      files: group[0]?.files ?? [],
      results: [...new Set(group.flatMap(({ results }) => results))],
      missing: group.flatMap(({ id, missing }) => missing.map((what) => `${id}: ${what}`)),
    };
    return [rangesOf(group, entries), `${group.length}`, whole.reason ?? nameFiles(whole), resultOf(whole)];
  });
  return table(['ids', 'entries', 'shown by', 'result'], rows);
}

/** `later: calls` is later. */
const headOf = (reason: string | undefined): string | undefined => reason?.split(': ')[0];

/** `S2-1.1–S2-1.3, S2-R5` */
function rangesOf(group: Entry[], entries: Entry[]): string {
  const runs: Entry[][] = [];
  for (const entry of group) {
    const last = runs.at(-1)?.at(-1);
    if (last && entries.indexOf(last) === entries.indexOf(entry) - 1) runs.at(-1)?.push(entry);
    else runs.push([entry]);
  }
  return runs
    .map((run) => (run.length > 2 ? `${run[0]?.id}–${run.at(-1)?.id}` : run.map(({ id }) => id).join(', ')))
    .join(', ');
}

/** `contract/rooms/{files, rooms}` */
function nameFiles({ files }: Pick<Entry, 'files'>): string {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const [, folder = '', name = ''] = /^(.*)\/(.*)$/.exec(file) ?? [];
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  return [...folders]
    .map(([folder, names]) => `${folder}/${names.length > 1 ? `{${names.join(', ')}}` : names}`)
    .join(', ');
}

function resultOf({
  reason,
  missing,
  results,
  files,
}: Pick<Entry, 'missing' | 'results' | 'files'> & { reason?: string | undefined }): string {
  if (missing.length > 0) return `**${missing.join(', ')}**`;
  return reason === undefined ? wordsOf(results, files) : '–';
}

type State = Verdict | 'with a reason' | 'later' | 'not shown';

/** The worst that can be said of it. */
export function stateOf({ reason, isLater, missing, results, files }: Entry): State {
  if (missing.length > 0) return 'not shown';
  if (reason === undefined) return verdictOf(results, files);
  return isLater ? 'later' : 'with a reason';
}

const FINE: State[] = ['passed', 'with a reason', 'later'];

export const isOpen = (entry: Entry): boolean => !FINE.includes(stateOf(entry));

/** Tests with a browser or curl are skipped where there is none; whatever else is skipped is not shown. */
export const isFailure = (entry: Entry): boolean =>
  isOpen(entry) &&
  (stateOf(entry) !== 'skipped' ||
    entry.results.some(({ status, file }) => status === 'skipped' && !/^(e2e\/|contract\/curl$)/.test(file)));

/** `rooms: 11 endpoints, 6 events, 6 requirements: 15 passed (118 tests), 1 with a reason, 7 later` */
export function summaryOf(document: string, entries: Entry[]): string {
  const kinds = [...countBy(entries, ({ kind }) => kind)].map(
    ([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`,
  );
  const tests = new Set(entries.flatMap(({ results }) => results)).size;
  const states = [...countBy(entries, stateOf)].map(
    ([state, count]) => `${count} ${state}${state === 'passed' ? ` (${tests} tests)` : ''}`,
  );
  return `${document}: ${kinds.join(', ')}: ${states.join(', ')}`;
}

function countBy(entries: Entry[], keyOf: (entry: Entry) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of entries.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
