/** The project's own worker, when it has a folder `worker`: background jobs beside the functions. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { databaseUrl, localUrl, logFile, nodeCommand, responds, type StackContext } from '../context.ts';
import type { ServiceSpec } from '../supervisor/service.ts';
import { functionEnvironment } from './functions.ts';

export function workerService(stack: StackContext, extra: Record<string, string>): ServiceSpec | undefined {
  const { config, ports } = stack;
  const cwd = join(config.projectDir, 'worker');
  const program = join(cwd, 'src', 'main.ts');
  if (!existsSync(program)) return undefined;
  return {
    name: 'Worker',
    command: nodeCommand(program),
    cwd,
    ports: [ports.worker],
    logFile: logFile(stack, 'worker'),
    env: {
      ...functionEnvironment(stack),
      ...extra,
      DATABASE_URL: databaseUrl(stack, 'postgres'),
      PORT: String(ports.worker),
    },
    isReady: () => responds(localUrl(ports.worker), 200),
  };
}
