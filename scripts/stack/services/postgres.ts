/** The database of the stack. */
import { join } from 'node:path';
import { logFile, type StackContext } from '../context.ts';
import { answers, removeStaleLock, serverCommand } from '../postgres/cluster.ts';
import type { ServiceSpec } from '../supervisor/service.ts';

export const clusterDir = ({ dir }: StackContext) => join(dir, 'postgres');

export function postgresService(stack: StackContext): ServiceSpec {
  const { ports, password } = stack;
  const dir = clusterDir(stack);
  return {
    name: 'Postgres',
    command: serverCommand({ dir, port: ports.postgres }),
    ports: [ports.postgres],
    logFile: logFile(stack, 'postgres'),
    advice: `If the folder ${dir} is damaged, \`npm run reset\` empties it`,
    // Disconnects clients instead of waiting for them.
    stopSignal: 'SIGINT',
    beforeStart: () => removeStaleLock(dir),
    isReady: () => answers({ port: ports.postgres, password }),
  };
}
