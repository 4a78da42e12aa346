/** Puts the parts together and listens. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Authorizer } from './authorization.ts';
import { ChangeFeed } from './changes/feed.ts';
import type { Config } from './config.ts';
import { Connections } from './connections.ts';
import { openPool } from './database.ts';
import { broadcastRow, MESSAGES_PUBLICATION } from './database-broadcasts.ts';
import { handleFaults } from './fault-switches.ts';
import { Faults } from './faults.ts';
import { upgradeHandler } from './handshake.ts';
import { answerText } from './http-answers.ts';
import { Meters } from './limits.ts';
import { type Log, reasonOf } from './log.ts';
import { maintainPartitions } from './migrate.ts';
import { ReplicationStream } from './replication.ts';
import { handleApi } from './rest.ts';
import { Rooms } from './rooms.ts';
import type { Services } from './services.ts';
import { TokenVerifier } from './tokens.ts';

const MAINTENANCE_EVERY_MS = 3_600_000;
const REQUEST_WITHIN_MS = 30_000;
const CLOSING_WITHIN_MS = 2_000;

export interface RunningServer {
  stop(): Promise<void>;
}

export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  const database = openPool(config.databaseUrl, config.poolSize);
  const rooms = new Rooms();
  const meters = new Meters(config.limits);
  const faults = new Faults();
  const stream = new ReplicationStream({
    databaseUrl: config.databaseUrl,
    publication: MESSAGES_PUBLICATION,
    log,
    onChange: broadcastRow({ rooms, meters, faults, log, payloadBytes: config.limits.payloadBytes }),
  });
  const connections = new Connections();
  const services: Services = {
    ...{ config, log, database, rooms, meters, faults, stream, connections },
    authorizer: new Authorizer(database, log),
    changes: new ChangeFeed(config.databaseUrl, database, log),
    tokens: new TokenVerifier(config.jwtSecret, config.jwks),
  };

  const maintain = () =>
    maintainPartitions(database).catch((error: unknown) =>
      log('maintenance_failed', { reason: reasonOf(error) }),
    );
  const http = createServer({ requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS });
  http.on('request', (request, response) => handleRequest(request, response, services));
  http.on('upgrade', upgradeHandler(services));
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.port, config.host, resolve);
  });
  http.on('error', (error) => log('accept_failed', { reason: reasonOf(error) }));
  stream.start();
  connections.start();
  void maintain();
  const maintenance = setInterval(maintain, MAINTENANCE_EVERY_MS);
  log('listening', { host: config.host, port: config.port });

  return {
    async stop() {
      clearInterval(maintenance);
      connections.stop();
      for (const connection of connections.all) connection.close(1012);
      const closed = new Promise((resolve) => http.close(resolve));
      const cut = setTimeout(() => {
        for (const connection of connections.all) connection.cut();
        http.closeAllConnections();
      }, CLOSING_WITHIN_MS);
      await closed;
      clearTimeout(cut);
      await Promise.all([stream.stop(), services.changes.stop()]);
      await database.end({ timeout: 1 });
    },
  };
}

function handleRequest(request: IncomingMessage, response: ServerResponse, services: Services): void {
  const url = readUrl(request);
  if (!url) answerText(response, 400, 'Bad Request');
  else if (url.pathname === '/healthcheck') answerText(response, 200, 'ok');
  else if (url.pathname === '/admin/faults' && services.config.faultsEnabled) {
    void handleFaults(request, response, services);
  } else if (url.pathname.startsWith('/api/')) void handleApi(request, response, url, services);
  else answerText(response, 404, 'Not Found');
}

/** The prefix is there when no gateway stripped it. */
function readUrl(request: IncomingMessage): URL | undefined {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    url.pathname = url.pathname.replace(/^\/realtime\/v1\/api\//, '/api/');
    return url;
  } catch {
    return undefined;
  }
}
