/** `main.ts migrate` installs the schema, `main.ts` serves. */
import { readConfig, required } from './config.ts';
import { log, reasonOf } from './log.ts';
import { migrate } from './migrate.ts';
import { startServer } from './server.ts';

async function main(): Promise<void> {
  const [command] = process.argv.slice(2);
  if (command === 'migrate') {
    await migrate(required(process.env, 'DATABASE_URL'));
    log('migrated');
    return;
  }
  if (command !== undefined) throw new Error(`unable to start; there is no command "${command}"`);
  const server = await startServer(readConfig(process.env), log);
  const end = (signal: string) => {
    log('stopping', { signal });
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

main().catch((error: unknown) => {
  log('failed', { reason: reasonOf(error) });
  process.exit(1);
});
