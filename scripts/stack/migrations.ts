/** Brings the database to the state of `supabase/migrations`, with Supabase's own CLI. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { databaseUrl, logFile, type StackContext } from './services.ts';
import { runTask } from './supervisor/task.ts';

const require = createRequire(import.meta.url);

/** Does the work only when its inputs are not those of the last success; the folder goes with the database. */
export async function unlessDone(dir: string, name: string, inputs: string[], work: () => Promise<void>) {
  const stamp = join(dir, 'stamps', name);
  const digest = fingerprint(inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

function fingerprint(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(existsSync(file) ? readFileSync(file) : '');
  return hash.digest('hex');
}

export async function migrate(stack: StackContext, options: { seed: boolean }): Promise<void> {
  const { projectDir } = stack.config;
  const folder = join(projectDir, 'supabase', 'migrations');
  const migrations = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sql')) : [];
  const inputs = migrations.toSorted().map((name) => join(folder, name));
  if (options.seed) inputs.push(join(projectDir, 'supabase', 'seed.sql'));
  await unlessDone(stack.dir, 'migrations', inputs, () =>
    runTask({
      purpose: 'apply the migrations',
      command: [
        supabaseCli(),
        ...['db', 'push', `--remote=${databaseUrl(stack, 'postgres')}`, '--yes', '--skip-vault'],
        ...(options.seed ? ['--include-seed'] : []),
        ...['--workdir', projectDir, '--agent', 'no'],
      ],
      env: CLI_ENVIRONMENT,
      cwd: projectDir,
      logFile: logFile(stack, 'migrations'),
    }),
  );
}

/** The CLI must neither report home nor look for updates: the stack works without a network. */
const CLI_ENVIRONMENT = {
  SUPABASE_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  SUPABASE_NO_UPDATE_NOTIFIER: '1',
  SUPABASE_NO_KEYRING: '1',
  PGSSLMODE: 'disable',
};

function supabaseCli(): string {
  const { platform, arch } = process;
  return require.resolve(`@supabase/cli-${platform}-${arch}/bin/supabase`);
}
