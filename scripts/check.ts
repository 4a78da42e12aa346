/** The gate: everything CI asks for, cheapest first; it goes on after a failure and lists all of them at the end. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../sdk/src/error-codes.ts';
import { DOCUMENTS } from './contracts/mounts.ts';
import { type Result, readResults } from './contracts/results.ts';
import { createCoverage } from './coverage/report.ts';
import { PROJECT_DIR } from './stack/stack.ts';
import { withTestStack } from './test-stack.ts';

/** docs/decisions/029-tried-again.md */
const MOST_TRIED_AGAIN = 5;

const failures: string[] = [];
const bin = (name: string) => join(PROJECT_DIR, 'node_modules/.bin', name);

async function step(title: string, check: () => boolean | Promise<boolean>): Promise<void> {
  process.stdout.write(`\n── ${title}\n`);
  const start = Date.now();
  const ok = await check();
  process.stdout.write(`${ok ? 'ok' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
  if (!ok) failures.push(title);
}

const run = (command: string, args: string[], env: NodeJS.ProcessEnv = process.env): boolean =>
  spawnSync(command, args, { cwd: PROJECT_DIR, stdio: 'inherit', env }).status === 0;

/** Every code that SQL raises is in the SDK's list with the same status. */
function errorCodesAgree(): boolean {
  const folder = join(PROJECT_DIR, 'supabase/schemas');
  const wrong: string[] = [];
  for (const file of readdirSync(folder)) {
    const sql = readFileSync(join(folder, file), 'utf8');
    for (const [, code = '', status] of sql.matchAll(/chat_private\.fail\('(\w+)', (\d+)/g)) {
      const known = (errorCodes as Record<string, number>)[code];
      if (known !== Number(status))
        wrong.push(`${file}: ${code} ${status}, in the SDK ${known ?? 'missing'}`);
    }
  }
  for (const line of wrong) console.error(line);
  return wrong.length === 0;
}

/** The sizes that keep files readable; generated ones are not read. */
function filesAreShort(): boolean {
  const { stdout } = spawnSync(
    'git',
    ['ls-files', '*.ts', '*.tsx', '*.sql', '*.mjs', '*.css', 'ARCHITECTURE.md'],
    {
      cwd: PROJECT_DIR,
      encoding: 'utf8',
    },
  );
  const long = stdout
    .split('\n')
    .filter((path) => path && !/migrations\/|\.types\.ts$/.test(path))
    .map((path) => ({ path, lines: readFileSync(join(PROJECT_DIR, path), 'utf8').split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (path === 'ARCHITECTURE.md' ? 80 : 500));
  for (const { path, lines } of long) console.error(`${path} has ${lines} lines`);
  return long.length === 0;
}

/** A dialect is a table of shapes: what more than one of them needs stands outside, and rules stand in Postgres. */
function dialectsAreShort(): boolean {
  const folder = join(PROJECT_DIR, 'edge-functions/api/dialects');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const long = DOCUMENTS.filter((name) => name !== 'connectbest')
    .map((name) => ({
      name,
      lines: files
        .filter((path) => new RegExp(`^${name}[./-]`).test(path))
        .reduce((sum, path) => sum + readFileSync(join(folder, path), 'utf8').split('\n').length - 1, 0),
    }))
    .filter(({ lines }) => lines === 0 || lines > 250);
  for (const { name, lines } of long) console.error(`the dialect ${name} has ${lines} lines`);
  return long.length === 0;
}

/** A difference between two lists can have thousands of lines. */
const MOST_LINES = 20;
const beginning = (text: string): string => text.split('\n').slice(0, MOST_LINES).join('\n');

/** Names a test, and says why it failed each time. */
function tell({ file, titles, reasons }: Result): void {
  console.error(
    `${[file, ...titles].join(' > ')}\n${reasons.map(beginning).join('\n').replace(/^/gm, '  ')}`,
  );
}

/** Tests that pass only when they are tried again are named, and more than chance explains are a fault. */
function fewWereTriedAgain(): boolean {
  const again = readResults().filter(({ status, reasons }) => status === 'passed' && reasons.length > 0);
  for (const result of again) tell(result);
  console.log(`${again.length} passed when tried again, at most ${MOST_TRIED_AGAIN}`);
  return again.length <= MOST_TRIED_AGAIN;
}

await step('format and lint', () => run(bin('biome'), ['ci', '--error-on-warnings', '.']));
await step('types', () =>
  ['.', 'sdk', 'examples/web'].map((project) => run(bin('tsc'), ['--noEmit', '-p', project])).every(Boolean),
);
await step('types of the edge functions', () =>
  run(bin('deno'), [
    ...['check', '--frozen', '--cached-only', '--quiet', '--config', 'edge-functions/deno.json'],
    ...['edge-functions/api/index.ts', 'edge-functions/api/openapi.ts'],
  ]),
);
await step('import borders', () =>
  run(bin('depcruise'), ['sdk/src', 'scripts', 'tests', 'edge-functions', 'worker/src', 'examples/web/src']),
);
await step('dead code', () => run(bin('knip'), []));
await step('generated files', () => run(bin('tsx'), ['scripts/gen.ts', '--check']));
await step('descriptions of the API', () =>
  run(bin('redocly'), ['lint', 'docs/openapi.json', 'docs/openapi/*.json']),
);
await step('error codes', errorCodesAgree);
await step('file sizes', () => [filesAreShort(), dialectsAreShort()].every(Boolean));
await step('package', () =>
  [
    () => run('npm', ['run', '--silent', '-w', 'sdk', 'build']),
    () => run(bin('publint'), ['sdk', '--strict']),
    () => run(bin('attw'), ['--pack', 'sdk', '--no-emoji']),
    () => run(bin('tsx'), ['scripts/size.ts']),
  ].every((passes) => passes()),
);

const coverage = createCoverage();
await withTestStack(async (env, stack) => {
  const advisors = ['db', 'advisors', `--remote=${env.DB_URL}`, '--fail-on', 'warn'];
  await step('advisors', () => run(bin('supabase'), advisors, { ...env, SUPABASE_TELEMETRY_DISABLED: '1' }));
  await step('types of the database', () => run(bin('tsx'), ['scripts/gen.ts', '--check'], env));
  await step('Postman collections', () => run(bin('tsx'), ['scripts/postman.ts'], env));
  await coverage.begin(stack);
  // As people run it, on the stack that the environment names.
  await step('tests', () => run('npm', ['test', '--', '--retry=1'], env));
  await step('tests tried again', fewWereTriedAgain);
  await step('what the documents ask for', () => run(bin('tsx'), ['scripts/contracts.ts', '--check']));
  await step('coverage', () => coverage.report(stack));
  return failures.length === 0;
}, coverage);

if (failures.length > 0) {
  if (failures.includes('tests'))
    for (const result of readResults()) if (result.status === 'failed') tell(result);
  console.error(`\nfailed: ${failures.join(', ')}`);
  process.exit(1);
}
console.log('\neverything is fine');
