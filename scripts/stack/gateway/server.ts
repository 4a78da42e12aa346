/** The one address of the stack: finds the service for a request, checks the key, sets headers, and forwards. */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import { forward } from '../proxy/forward.ts';
import { endToEndHeaders } from '../proxy/headers.ts';
import { forwardUntouched, forwardUpgrade, refuseUpgrade } from '../proxy/upgrade.ts';
import { type ApiKeys, bearerToken, requestKey } from './api-keys.ts';
import { ALLOW_ORIGIN, answerPreflight, isPreflight } from './cors.ts';
import {
  bodyOf,
  FAILURES,
  MALFORMED,
  NO_KEY,
  NO_ROUTE,
  type Refusal,
  refuse,
  TOO_LARGE_HEADERS,
  TOO_SLOW,
  UNKNOWN_KEY,
} from './refusals.ts';
import { findRoute, type Route, type Upstreams } from './routes.ts';

export interface GatewayOptions {
  upstreams: Upstreams;
  keys: ApiKeys;
}

interface Accepted {
  route: Route;
  origin: URL;
  path: string;
  headers: OutgoingHttpHeaders;
}

export function createGateway(options: GatewayOptions): Server {
  const server = createServer({
    headersTimeout: 15_000,
    requestTimeout: 900_000,
    connectionsCheckingInterval: 5000,
    keepAliveTimeout: 65_000,
    maxHeaderSize: 32 * 1024,
  });
  // Longer than any route's patience with its service: this one is for clients that stop in the middle.
  server.setTimeout(180_000);
  server.on('request', (request, response) => {
    if (isPreflight(request) && !findRoute(pathOf(request))?.route.decidesOrigins) {
      answerPreflight(request, response);
      return;
    }
    const decision = decide(request, options);
    if ('status' in decision) {
      request.resume();
      refuse(response, decision);
      return;
    }
    const { route, ...destination } = decision;
    forward(
      request,
      response,
      {
        ...destination,
        maxBody: route.maxBody,
        timeout: route.timeout,
        answerHeaders: route.decidesOrigins ? {} : ALLOW_ORIGIN,
      },
      (failure) => refuse(response, FAILURES[failure]),
    );
  });
  server.on('upgrade', (request, socket, head) => {
    const decision = decide(request, options);
    const answer = (refusal: Refusal) => refuseUpgrade(socket, refusal.status, bodyOf(refusal));
    if ('status' in decision) answer(decision);
    else {
      const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
      const onward = isWebSocket ? forwardUpgrade : forwardUntouched;
      onward(request, socket, head, decision, () => answer(FAILURES.unreachable));
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const refusal = CLIENT_ERRORS[error.code ?? ''] ?? MALFORMED;
    refuseUpgrade(socket, refusal.status, bodyOf(refusal));
  });
  return server;
}

const CLIENT_ERRORS: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: TOO_LARGE_HEADERS,
  ERR_HTTP_REQUEST_TIMEOUT: TOO_SLOW,
};

function decide(request: IncomingMessage, { upstreams, keys }: GatewayOptions): Accepted | Refusal {
  const [path = '/', search = ''] = splitOnce(request.url ?? '/', '?');
  const found = findRoute(path);
  if (!found) return NO_ROUTE;
  const { route } = found;
  const query = new URLSearchParams(search);
  const key = requestKey(request.headers, query);
  if (route.needsKey && request.method !== 'OPTIONS') {
    if (key === undefined) return NO_KEY;
    if (!keys.isKnown(key)) return UNKNOWN_KEY;
  }
  const origin = new URL(upstreams[route.service]);
  return {
    route,
    origin,
    path: search ? `${found.path}?${withToken(search, query, keys)}` : found.path,
    headers: forwardedHeaders(request, { route, origin, key, keys }),
  };
}

/** Only an opaque key is replaced, so that every other query reaches the service byte for byte. */
function withToken(search: string, query: URLSearchParams, keys: ApiKeys): string {
  const key = query.get('apikey');
  if (!key?.startsWith('sb_')) return search;
  query.set('apikey', keys.token(key));
  return query.toString();
}

function forwardedHeaders(
  request: IncomingMessage,
  { route, origin, key, keys }: { route: Route; origin: URL; key: string | undefined; keys: ApiKeys },
): OutgoingHttpHeaders {
  const headers = endToEndHeaders(request);
  const client = request.socket.remoteAddress ?? '';
  headers.host = origin.host;
  headers['x-forwarded-for'] = headers['x-forwarded-for']
    ? `${headers['x-forwarded-for']}, ${client}`
    : client;
  headers['x-real-ip'] ??= client;
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-host'] ??= request.headers.host?.replace(/:\d+$/, '') ?? '';
  headers['x-forwarded-port'] ??= String(request.socket.localPort ?? '');
  headers['x-forwarded-prefix'] = route.prefix.replace(/\/$/, '');
  if (route.tokenHeader === undefined) return headers;
  const token = bearerToken(request.headers.authorization, key, keys);
  if (token !== undefined) headers[route.tokenHeader] = token;
  return headers;
}

const pathOf = (request: IncomingMessage): string => splitOnce(request.url ?? '/', '?')[0];

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
