/** Decides who may open a socket. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { webSocketHeaders } from './authorization.ts';
import { Connection } from './connection.ts';
import { refuseUpgrade } from './http-answers.ts';
import { reasonOf } from './log.ts';
import { versionOf } from './protocol.ts';
import type { Services } from './services.ts';
import { type Session, TokenError } from './tokens.ts';

const MOST_FRAME_BYTES = 5_000_000;
/** Directly, and as a client sees it through a gateway that strips nothing. */
const PATHS = new Set(['/socket/websocket', '/realtime/v1/websocket']);

const STATUS_TEXT: Record<number, string> = { 401: 'Unauthorized', 429: 'Too Many Requests' };

class ConnectRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function upgradeHandler(services: Services): UpgradeHandler {
  const { config, log } = services;
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_FRAME_BYTES,
  });

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const version = versionOf(url.searchParams.get('vsn'));
    if (!PATHS.has(url.pathname)) return refuseUpgrade(socket, '404 Not Found');
    if (version === undefined) return refuseUpgrade(socket, '403 Forbidden');
    let session: Session;
    try {
      session = await authenticate(request, url, services);
    } catch (error) {
      if (!(error instanceof ConnectRefused)) throw error;
      await sleep(config.connectErrorPauseMs);
      const status = `${error.status} ${STATUS_TEXT[error.status]}`;
      return refuseUpgrade(socket, status, JSON.stringify({ error: error.message }));
    }
    const headers = webSocketHeaders(request.headers);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      new Connection({ webSocket, socket, version, session, headers, services });
    });
  }

  return (request, socket, head) => {
    // A client that goes away meanwhile needs no more than that the socket closes.
    socket.on('error', () => {});
    admit(request, socket, head).catch((error: unknown) => {
      log('connect_failed', { reason: reasonOf(error) });
      refuseUpgrade(socket, '400 Bad Request');
    });
  };
}

async function authenticate(request: IncomingMessage, url: URL, services: Services): Promise<Session> {
  const { config, tokens, meters, connections } = services;
  const header = request.headers['x-api-key'];
  const key = typeof header === 'string' ? header : url.searchParams.get('apikey');
  if (key === null) throw new ConnectRefused(401, 'API key is missing');
  let session: Session;
  try {
    session = await tokens.verify(key);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new ConnectRefused(401, error.fault === 'expired' ? 'Token has expired' : error.message);
  }
  if (connections.joined >= config.limits.concurrentUsers) {
    throw new ConnectRefused(429, 'Too many connected users');
  }
  if (meters.joins.exceeded) throw new ConnectRefused(429, 'Too many joins per second');
  return session;
}
