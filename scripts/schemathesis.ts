/**
 * Schemathesis tries each document with what its description allows and forbids, as nobody, as a user and as an admin:
 * nothing may break, and every answer has to be described. Runs on a
 * stack of its own, or on the one that the environment names.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { required, signUp } from './api-people.ts';
import { PROJECT_DIR } from './stack/stack.ts';
import { withTestStack } from './test-stack.ts';

const VERSION = '4.32.5';
/** How long each of the three tries a document; the one of all documents together has the most to try. */
const SECONDS = { 'docs/openapi.json': 50, other: 15 };
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];
/** They end the session or ask for more at the next sign-in, after which every answer would be the same. */
const ENDS_SESSIONS = '/logout|/auth/2fa';

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const venv = join(cache, 'confab', `schemathesis-${VERSION}`);

function install(): void {
  if (existsSync(join(venv, 'bin/schemathesis'))) return;
  run('python3', ['-m', 'venv', venv]);
  run(join(venv, 'bin/pip'), ['install', '--quiet', '--requirement', 'scripts/schemathesis.txt']);
}

function run(program: string, args: string[]): void {
  const { status } = spawnSync(program, args, { cwd: PROJECT_DIR, stdio: 'inherit' });
  if (status !== 0) throw new Error(`unable to prepare Schemathesis; ${program} ended with ${status}`);
}

/** The limits have tests of their own; here they would end the run after a few calls. */
async function liftLimits(env: NodeJS.ProcessEnv): Promise<void> {
  const db = postgres(required(env, 'DB_URL'), { max: 1, onnotice: () => {} });
  await db`update chat_private.rate_limit_rules set burst = 1000000`;
  await db.end();
}

interface Trial {
  description: string;
  who: string;
  token?: string;
}

function tryApi(env: NodeJS.ProcessEnv, seed: number, { description, who, token }: Trial): boolean {
  process.stdout.write(`\n── ${description} as ${who}, seed ${seed}\n`);
  const seconds = description in SECONDS ? SECONDS['docs/openapi.json'] : SECONDS.other;
  const { status } = spawnSync(
    join(venv, 'bin/schemathesis'),
    [
      ...[
        '--config-file',
        'scripts/schemathesis.toml',
        'run',
        description,
        '--url',
        `${required(env, 'API_URL')}/functions/v1`,
      ],
      ...['--seed', String(seed), '--max-time', String(seconds), '--checks', CHECKS.join(',')],
      ...['--phases', 'examples,coverage,fuzzing', '--request-timeout', '30'],
      ...['--exclude-path-regex', ENDS_SESSIONS, '--warnings', 'off', '--no-color'],
      ...['--generation-database', 'none', '--continue-on-failure'],
      ...(token ? ['--header', `Authorization: Bearer ${token}`] : []),
    ],
    { cwd: PROJECT_DIR, stdio: 'inherit' },
  );
  return status === 0;
}

async function tryAsEverybody(env: NodeJS.ProcessEnv): Promise<boolean> {
  await liftLimits(env);
  const seed = Number(process.env.SCHEMATHESIS_SEED ?? randomInt(2 ** 31));
  const people = [
    { who: 'nobody' },
    { who: 'a user', token: (await signUp(env)).token },
    { who: 'an admin', token: (await signUp(env, 'admin')).token },
  ];
  const others = readdirSync(join(PROJECT_DIR, 'docs/openapi')).filter((name) => name !== 'connectbest.json');
  const descriptions = ['docs/openapi.json', ...others.map((name) => `docs/openapi/${name}`)];
  const results = descriptions.flatMap((description) =>
    people.map((person) => tryApi(env, seed, { description, ...person })),
  );
  return results.every(Boolean);
}

install();
const passed = process.env.API_URL ? tryAsEverybody(process.env) : withTestStack(tryAsEverybody);
if (!(await passed)) process.exitCode = 1;
