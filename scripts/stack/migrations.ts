/** Brings the database to the state of `supabase/migrations`, with Supabase's own CLI. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { databaseUrl, logFile, type StackContext } from './context.ts';
import { fingerprint, unlessDone } from './stamps.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

const require = createRequire(import.meta.url);

export interface MigrationOptions {
  /** Load `supabase/seed.sql` too. */
  seed: boolean;
  notice(text: string): void;
}

export async function migrateProject(
  stack: StackContext,
  supervisor: Supervisor,
  { seed, notice }: MigrationOptions,
): Promise<void> {
  const { projectDir } = stack.config;
  const migrations = migrationFiles(join(projectDir, 'supabase', 'migrations'));
  const inputs = seed ? [...migrations, join(projectDir, 'supabase', 'seed.sql')] : migrations;
  const applied = readApplied(stack.dir);
  for (const file of migrations) {
    const before = applied[basename(file)];
    if (before === undefined || before === fingerprint([file])) continue;
    notice(
      `${relative(projectDir, file)} has changed since it was applied; \`npm run reset\` builds the database anew`,
    );
  }
  await unlessDone(stack.dir, 'migrations', inputs, async () => {
    await supervisor.runTask({
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
    });
    const present = migrations.map((file) => [basename(file), fingerprint([file])]);
    writeApplied(stack.dir, { ...Object.fromEntries(present), ...applied });
  });
}

function migrationFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.toSorted().map((name) => join(folder, name));
}

/** Which content of each migration is in the database: the CLI knows them by name only. */
type Applied = Record<string, string>;

const appliedFile = (dir: string) => join(dir, 'stamps', 'migrations.json');

function readApplied(dir: string): Applied {
  const file = appliedFile(dir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Applied) : {};
}

function writeApplied(dir: string, applied: Applied): void {
  mkdirSync(dirname(appliedFile(dir)), { recursive: true });
  writeFileSync(appliedFile(dir), JSON.stringify(applied, null, 2));
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
