/** Finds the Deno that npm installed and says how a function runs in it. */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionConfig } from '../config.ts';

const require = createRequire(import.meta.url);

/** The binary itself: the package's own launcher would be one more process to start and to end. */
export function denoBinary(): string {
  const target = `${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`;
  const fromDeno = createRequire(require.resolve('deno/package.json'));
  try {
    return join(dirname(fromDeno.resolve(`@deno/${target}/package.json`)), 'deno');
  } catch (cause) {
    throw new Error(`unable to run functions; npm has no Deno for ${target}`, { cause });
  }
}

/**
 * The rights of Supabase's runtime: network, its own environment, and reading its own code. No programs, no
 * writing, nothing of the machine.
 */
export function denoCommand({ entrypoint, importMap }: FunctionConfig): string[] {
  const folders = [dirname(dirname(entrypoint)), dirname(entrypoint)];
  return [
    denoBinary(),
    'run',
    '--no-prompt',
    '--quiet',
    '--allow-net',
    '--allow-env',
    `--allow-read=${folders.join(',')}`,
    `--preload=${join(dirname(fileURLToPath(import.meta.url)), 'lifeline.js')}`,
    ...importMapFlags(importMap),
    entrypoint,
  ];
}

export function importMapFlags(file: string | undefined): string[] {
  if (file === undefined) return [];
  return [/deno\.jsonc?$/.test(file) ? `--config=${file}` : `--import-map=${file}`];
}

/** Deno's cache of packages: the user's own, wherever that is, since a function's environment has no HOME. */
export function denoDir(): string {
  if (process.env.DENO_DIR) return process.env.DENO_DIR;
  const home = homedir();
  if (process.platform === 'darwin') return join(home, 'Library/Caches/deno');
  return join(process.env.XDG_CACHE_HOME || join(home, '.cache'), 'deno');
}
