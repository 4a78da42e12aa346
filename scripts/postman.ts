/** Runs the stories of docs/postman with newman against the stack that the environment names, and sums up at the end. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { required, signUp } from './api-people.ts';
import { stories } from './postman/stories/index.ts';
import type { Chapter } from './postman/story.ts';
import { PROJECT_DIR } from './stack/stack.ts';

interface Report {
  run: { stats: Record<'requests' | 'assertions', { total: number }>; failures: unknown[] };
}

const variables = {
  baseUrl: `${required(process.env, 'API_URL')}/functions/v1`,
  mailUrl: required(process.env, 'MAIL_URL'),
  adminToken: (await signUp(process.env, 'admin')).token,
};
const folder = mkdtempSync(join(tmpdir(), 'confab-newman-'));

/** What came of it in a line. */
function tell(document: string, chapters: Chapter[]): string {
  const report = join(folder, `${document}.json`);
  const { status } = spawnSync(
    join(PROJECT_DIR, 'node_modules/.bin/newman'),
    [
      ...['run', `docs/postman/${document}.json`, '--working-dir', PROJECT_DIR],
      ...['--color', 'off', '--bail', 'folder', '--reporters', 'cli,json', '--reporter-json-export', report],
      ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
      ...chapters.flatMap(({ name }) => ['--folder', name]),
    ],
    { cwd: PROJECT_DIR, stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
  const { stats, failures } = (JSON.parse(readFileSync(report, 'utf8')) as Report).run;
  return `${document}: ${stats.requests.total} requests, ${stats.assertions.total} assertions, ${failures.length} failed`;
}

try {
  const lines = Object.entries(stories).map(([document, chapters]) => tell(document, chapters));
  process.stdout.write(`\n${lines.join('\n')}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
