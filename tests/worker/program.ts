/** Workers of the tests' own, beside the one that the stack may run. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stack } from '../helpers/stack.ts';

export interface RunningWorker {
  /** Asks it to end, or kills it, and resolves with how it ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  log(): string;
}

const program = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url));
const tsx = createRequire(import.meta.url).resolve('tsx');

/** Resolves once it takes work. */
export async function startWorker(environment: Record<string, string> = {}): Promise<RunningWorker> {
  const child = spawn(process.execPath, ['--import', tsx, program], {
    env: {
      ...process.env,
      DATABASE_URL: stack.databaseUrl,
      SUPABASE_URL: stack.apiUrl,
      SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
      PORT: '',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ended = new Promise<Awaited<ReturnType<RunningWorker['end']>>>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes('the worker runs')) resolve();
    });
    void ended.then(() => reject(new Error(`unable to start a worker; it said ${output}`)));
  });
  return {
    end(signal) {
      child.kill(signal);
      return ended;
    },
    log: () => output,
  };
}
