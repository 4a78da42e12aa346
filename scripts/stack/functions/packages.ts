/** Fetches the packages that the functions import, so that they start at once and without a network later. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { logFile, type StackContext } from '../context.ts';
import { unlessDone } from '../stamps.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { denoBinary, denoDir, importMapFlags } from './deno.ts';

export async function fetchPackages(stack: StackContext, supervisor: Supervisor): Promise<void> {
  const functions = stack.config.functions.filter(({ entrypoint }) => existsSync(entrypoint));
  const maps = new Set(functions.map(({ importMap }) => importMap));
  const inputs = [...maps].flatMap((file) => (file ? [file, join(dirname(file), 'deno.lock')] : []));
  await unlessDone(stack.dir, 'function-packages', inputs, async () => {
    for (const importMap of maps) {
      const files = functions
        .filter((one) => one.importMap === importMap)
        .map(({ entrypoint }) => entrypoint);
      await supervisor.runTask({
        purpose: "fetch the functions' packages",
        command: [denoBinary(), 'cache', '--quiet', ...importMapFlags(importMap), ...files],
        // As npm does, trust what the machine trusts: a proxy may have a certificate of its own.
        env: { DENO_DIR: denoDir(), NO_COLOR: '1', DENO_TLS_CA_STORE: 'system,mozilla' },
        logFile: logFile(stack, 'functions'),
      });
    }
  });
}
