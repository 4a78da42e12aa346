/** Starts the Storage stand-in, or installs its schema with `migrate`. */
import { bucketRoutes } from './buckets.ts';
import { type Config, readConfig, required } from './config.ts';
import { openDatabase } from './database.ts';
import { downloadRoutes } from './downloads.ts';
import { openFiles } from './files.ts';
import { imageRoutes } from './images.ts';
import { listRoutes } from './lists.ts';
import { log, reasonOf } from './log.ts';
import { migrate } from './migrate.ts';
import { moveRoutes } from './moves.ts';
import { removalRoutes } from './removals.ts';
import { createResumable } from './resumable.ts';
import { createStorageServer } from './server.ts';
import { serviceRoutes } from './service.ts';
import { signedUrlRoutes } from './signed-urls.ts';
import { expireResumable, removeOrphans } from './sweep.ts';
import { createTokens } from './tokens.ts';
import { uploadRoutes } from './uploads.ts';

const CLOSING_MS = 5_000;
/** Connections that may wait to be accepted; the usual 511 turns a crowd away. */
const BACKLOG = 4096;

async function serve(config: Config): Promise<void> {
  const { fileSizeLimit, imageTransformation } = config;
  const database = openDatabase(config.databaseUrl, config.poolSize);
  const files = openFiles(config.directory);
  const tokens = createTokens(config.jwtSecret, config.jwks);
  const store = { database, files };
  const resumable = createResumable({ store, tokens, fileSizeLimit, path: config.resumablePath, log });
  const uploadSeconds = config.signedUploadSeconds;

  // The first route that fits is taken: what names a fixed part comes before what takes any bucket there.
  const routes = [
    ...serviceRoutes(),
    ...bucketRoutes(database, files, fileSizeLimit),
    ...listRoutes(database),
    ...signedUrlRoutes({ store, tokens, uploadSeconds, imageTransformation }),
    ...(imageTransformation ? await imageRoutes(store, tokens) : []),
    ...resumable.routes,
    ...moveRoutes(store),
    ...removalRoutes(store),
    ...uploadRoutes(store, tokens, fileSizeLimit),
    ...downloadRoutes(store),
  ];
  const server = createStorageServer({ routes, tokens, idleTimeoutMs: config.idleTimeoutMs, log });
  const swept = (error: unknown) => log('sweep_failed', { reason: reasonOf(error) });
  let stopExpiring = () => {};

  server.once('error', (error) => {
    log('start_failed', { reason: reasonOf(error) });
    process.exit(1);
  });
  server.listen({ port: config.port, host: config.host, backlog: BACKLOG }, () => {
    // Listed before the first request is read, and only by the process that owns the port.
    files.clearIncoming();
    const versions = files.versions();
    removeOrphans(database, files, versions).then(
      (count) => count > 0 && log('orphans_removed', { count }),
      swept,
    );
    resumable.store.removeStranded(resumable.store.ids()).catch(swept);
    stopExpiring = expireResumable(resumable.store, config.resumableExpiryMs, swept);
    log('listening', { host: config.host, port: config.port });
  });

  const stop = async () => {
    stopExpiring();
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), CLOSING_MS).unref();
    await new Promise((resolve) => server.once('close', resolve));
    await database.close();
    log('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

try {
  if (process.argv[2] === 'migrate') await migrate(required(process.env, 'DATABASE_URL'));
  else await serve(readConfig(process.env));
} catch (error) {
  log('start_failed', { reason: reasonOf(error) });
  process.exit(1);
}
