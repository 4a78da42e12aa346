/** Brings the schemas that belong to the services (auth, storage, realtime) up to date, before the project's. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, STACK_CODE, type StackContext } from './context.ts';
import { unlessDone } from './stamps.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

export interface SchemaStep {
  service: string;
  command: string[];
  env: Record<string, string>;
  /** Files whose change asks for the step again; the service's own SQL files unless said otherwise. */
  inputs?: string[];
}

export async function migrateService(
  stack: StackContext,
  step: SchemaStep,
  supervisor: Supervisor,
): Promise<void> {
  const { service, command, env } = step;
  await unlessDone(stack.dir, `schema-${service}`, step.inputs ?? sqlFiles(service), () =>
    supervisor.runTask({
      purpose: `prepare the database for ${service}`,
      command,
      env,
      logFile: logFile(stack, service),
    }),
  );
}

function sqlFiles(service: string): string[] {
  const folder = join(STACK_CODE, service);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => join(folder, file));
}
