/** What became of each test when `npm test` ran last, and what the HTTP API answered in it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PROJECT_DIR } from '../stack/stack.ts';

export const REPORT = join(PROJECT_DIR, 'coverage/tests.json');

export interface Result {
  /** Below tests, without its ending. */
  file: string;
  /** Of what it stands in, and its own; none where the file itself did not load. */
  titles: string[];
  status: 'passed' | 'failed' | 'skipped';
  /** `POST /api/rooms 201`, with `*` for ids. */
  answers: string[];
  /** Why it failed, once for each time it was tried; also where it passed in the end. */
  reasons: string[];
}

interface Report {
  testResults: {
    name: string;
    status: string;
    assertionResults: {
      ancestorTitles: string[];
      title: string;
      status: string;
      failureMessages: string[];
      meta: { answers?: string[] };
    }[];
  }[];
}

/** None without a report. */
export function readResults(): Result[] {
  if (!existsSync(REPORT)) return [];
  const { testResults }: Report = JSON.parse(readFileSync(REPORT, 'utf8'));
  return testResults.flatMap(({ name, status: whole, assertionResults }): Result[] => {
    const file = relative(join(PROJECT_DIR, 'tests'), name).replace(/\.test\.ts$/, '');
    if (whole === 'failed' && assertionResults.length === 0) {
      return [{ file, titles: [], status: 'failed', answers: [], reasons: [] }];
    }
    return assertionResults.map(({ ancestorTitles, title, status, failureMessages, meta }) => ({
      file,
      titles: [...ancestorTitles.filter(Boolean), title],
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
      answers: meta.answers ?? [],
      reasons: failureMessages,
    }));
  });
}

export type Verdict = 'passed' | 'failed' | 'skipped' | 'not run';

/** The worst that became of these tests; `files` are all that they have to come from. */
export function verdictOf(results: Result[], files: string[]): Verdict {
  const came = (status: Verdict) => results.some((result) => result.status === status);
  if (came('failed')) return 'failed';
  if (notRun(results, files).length > 0 || results.length === 0) return 'not run';
  return came('skipped') ? 'skipped' : 'passed';
}

/** The same in words. */
export function wordsOf(results: Result[], files: string[]): string {
  const verdict = verdictOf(results, files);
  const count = results.filter(({ status }) => status === verdict).length;
  if (verdict === 'passed') return `${count} passed`;
  if (verdict !== 'not run') return `**${count} of ${results.length} ${verdict}**`;
  return results.length === 0 ? verdict : `**not run: ${notRun(results, files).join(', ')}**`;
}

const notRun = (results: Result[], files: string[]): string[] =>
  files.filter((file) => !results.some((result) => result.file === file));
