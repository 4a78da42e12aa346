/** Brings the database to the state of `supabase/migrations`, with Supabase's own CLI. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { databaseUrl, logFile, type StackContext } from './context.ts';
import { unlessDone } from './stamps.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

const require = createRequire(import.meta.url);

export async function migrateProject(
  stack: StackContext,
  supervisor: Supervisor,
  { seed }: { seed: boolean },
): Promise<void> {
  const { projectDir } = stack.config;
  const folder = join(projectDir, 'supabase', 'migrations');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sql')) : [];
  const inputs = names.toSorted().map((name) => join(folder, name));
  if (seed) inputs.push(join(projectDir, 'supabase', 'seed.sql'));
  await unlessDone(stack.dir, 'migrations', inputs, () =>
    supervisor.runTask({
      purpose: 'apply the migrations',
      command: [
        supabaseCli(),
        ...['db', 'push', `--remote=${databaseUrl(stack, 'postgres')}`, '--yes', '--skip-vault'],
        ...(seed ? ['--include-seed'] : []),
        ...['--workdir', projectDir, '--agent', 'no'],
      ],
      env: CLI_ENVIRONMENT,
      cwd: projectDir,
      logFile: logFile(stack, 'migrations'),
    }),
  );
}

/** The CLI must not need a network: no reports, no look for updates, no TLS on the loopback. */
const CLI_ENVIRONMENT = {
  SUPABASE_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  SUPABASE_NO_UPDATE_NOTIFIER: '1',
  SUPABASE_NO_KEYRING: '1',
  PGSSLMODE: 'disable',
};

function supabaseCli(): string {
  const name = `@supabase/cli-${process.platform}-${process.arch}`;
  try {
    const fromCli = createRequire(require.resolve('supabase/package.json'));
    return fromCli.resolve(`${name}/bin/supabase`);
  } catch (cause) {
    throw new Error(`unable to apply the migrations; npm has no Supabase CLI for this machine (${name})`, {
      cause,
    });
  }
}
