/** The one address of the stack: finds the service for a request, checks the key, sets headers, and forwards. */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import { type ApiKeys, bearerToken, requestKey } from './api-keys.ts';
import { answerPreflight, isPreflight } from './cors.ts';
import { endToEnd, forward, refuse } from './proxy.ts';
import { findRoute, type Route, type Upstreams } from './routes.ts';
import { forwardUpgrade, refuseUpgrade } from './upgrade.ts';

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

type Decision = { accepted: Accepted } | { status: number; message: string };

export function createGateway(options: GatewayOptions): Server {
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 900_000, maxHeaderSize: 32 * 1024 });
  server.keepAliveTimeout = 65_000;
  server.setTimeout(180_000);
  server.on('request', (request, response) => {
    if (isPreflight(request)) {
      answerPreflight(request, response);
      return;
    }
    const decision = decide(request, options);
    if ('accepted' in decision) {
      const { route, ...destination } = decision.accepted;
      forward(request, response, { ...destination, maxBody: route.maxBody, timeout: route.timeout });
    } else {
      request.resume();
      refuse(response, decision.status, decision.message);
    }
  });
  server.on('upgrade', (request, socket, head) => {
    const decision = decide(request, options);
    if ('accepted' in decision) forwardUpgrade(request, socket, head, decision.accepted);
    else refuseUpgrade(socket, decision.status, decision.message);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (error.code === 'HPE_HEADER_OVERFLOW')
      refuseUpgrade(socket, 431, 'Request headers are too large');
    else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
      refuseUpgrade(socket, 408, 'The request took too long');
    else refuseUpgrade(socket, 400, 'Malformed request');
  });
  return server;
}

function decide(request: IncomingMessage, { upstreams, keys }: GatewayOptions): Decision {
  const [path = '/', search = ''] = splitOnce(request.url ?? '/', '?');
  const found = findRoute(path);
  if (!found) return { status: 404, message: 'no Route matched with those values' };
  const { route } = found;
  const query = new URLSearchParams(search);
  const key = requestKey(request.headers, query);
  if (route.needsKey && request.method !== 'OPTIONS') {
    if (key === undefined) return { status: 401, message: 'No API key found in request' };
    if (!keys.isKnown(key)) return { status: 401, message: 'Invalid API key' };
  }
  return {
    accepted: {
      route,
      origin: new URL(upstreams[route.service]),
      path: search ? `${found.path}?${withToken(search, query, keys)}` : found.path,
      headers: forwardedHeaders(request, route, key, keys),
    },
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
  route: Route,
  key: string | undefined,
  keys: ApiKeys,
): OutgoingHttpHeaders {
  const headers = endToEnd(request.headers);
  const client = request.socket.remoteAddress ?? '';
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

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
