/** `main.ts migrate` installs the schema, `main.ts` serves. */
import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { createApp } from './app.ts';
import { readConfig, required } from './config.ts';
import { connect, type Db, transaction } from './database.ts';
import { Limits } from './limits.ts';

const log = (event: string, fields: object = {}) =>
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);

async function migrate(): Promise<void> {
  const db = connect(required(process.env, 'GOTRUE_DB_DATABASE_URL'));
  try {
    const [found] = await db`select to_regclass('auth.users') as users`;
    if (!found?.users) {
      const schema = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');
      await transaction(db, (tx: Db) => tx.unsafe(schema).simple());
    }
    log('migrated');
  } finally {
    await db.end();
  }
}

async function main(): Promise<void> {
  if (process.argv[2] === 'migrate') return migrate();
  const config = readConfig(process.env);
  const db = connect(config.databaseUrl);
  const client = { ip: '127.0.0.1', userAgent: '' };
  const app = createApp({ config, db, limits: new Limits(), client, log });
  const server = serve({ fetch: app.fetch, hostname: config.host, port: config.port }, () =>
    log('listening', { port: config.port }),
  );
  const end = () => {
    server.close(() => void db.end({ timeout: 5 }).then(() => process.exit(0)));
    // Connections that are kept alive would hold the server open.
    if ('closeAllConnections' in server) server.closeAllConnections();
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

main().catch((error: Error) => {
  log('failed', { reason: error.message });
  process.exit(1);
});
