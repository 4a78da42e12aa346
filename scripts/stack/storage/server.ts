/** Turns HTTP requests into calls of routes, and their replies and errors into answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readJson, Truncated } from './bodies.ts';
import { accessDenied, internalError, invalidRequest, StorageError } from './errors.ts';
import { type Log, reasonOf } from './log.ts';
import { findRoute, json, type Reply, type Route } from './routes.ts';
import { ANONYMOUS, type Caller, type Tokens } from './tokens.ts';

/** Below these an unknown path is answered in the API's own form. */
const API_ROOTS = new Set(['bucket', 'object', 'render', 'upload', 'cdn']);
/** Time a client has to finish a body that nobody wants any more. */
const UNWANTED_BODY_MS = 10_000;
const HEADERS_MS = 20_000;

export interface ServerOptions {
  routes: Route[];
  tokens: Tokens;
  idleTimeoutMs: number;
  log: Log;
}

export function createStorageServer(options: ServerOptions): Server {
  const checks = { connectionsCheckingInterval: HEADERS_MS / 4 };
  const server = createServer(checks, (request, response) => void serve(options, request, response));
  server.headersTimeout = HEADERS_MS;
  // An upload may take as long as it makes progress.
  server.requestTimeout = 0;
  server.timeout = options.idleTimeoutMs;
  return server;
}

async function serve(options: ServerOptions, request: IncomingMessage, response: ServerResponse) {
  try {
    const reply = await replyTo(options, request, response).catch((error) =>
      refusal(error, request, options.log),
    );
    if (reply && !response.headersSent) await send(response, reply);
  } catch (error) {
    // The answer has begun or cannot be given at all: cutting the connection is the only way to say so.
    options.log('answer_broken', { path: pathOf(request), reason: reasonOf(error) });
    response.destroy();
  }
  if (!request.readableEnded) discard(request);
}

/** Reads the rest of a body to nowhere, so that the client hears the answer and can use the connection again. */
function discard(request: IncomingMessage): void {
  const timer = setTimeout(() => request.destroy(), UNWANTED_BODY_MS);
  request.once('close', () => clearTimeout(timer));
  request.unpipe();
  request.resume();
}

async function replyTo(
  { routes, tokens }: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply | undefined> {
  const url = request.url ?? '/';
  const method = request.method ?? 'GET';
  const path = pathOf(request);
  const found = findRoute(routes, method, path);
  if (!found) return notFound(method, url, path);

  const { route } = found;
  const params = decode(found.params, path);
  const search = Object.fromEntries(new URLSearchParams(url.slice(path.length)));
  const bodyless = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  const rawBody = route.streams || bodyless ? undefined : await readJson(request);
  const body = route.checkBody ? route.checkBody(rawBody) : rawBody;
  const query = (route.checkQuery ? route.checkQuery(search) : search) as Record<string, unknown>;
  const caller = await admit(route, tokens, request.headers.authorization);
  const facts = { operation: route.operation, method, path, headers: request.headers };
  return route.handle({ request, response, params, query, body, caller, facts });
}

async function admit(route: Route, tokens: Tokens, authorization: string | undefined): Promise<Caller> {
  switch (route.access) {
    case 'none':
      return ANONYMOUS;
    case 'optional':
      return tokens.caller(authorization).catch(() => ANONYMOUS);
    case 'token':
      return tokens.caller(authorization);
    default: {
      if (authorization === undefined) {
        throw invalidRequest("headers must have required property 'authorization'", 'Error');
      }
      const caller = await tokens.caller(authorization);
      if (route.access === 'service' && caller.role !== 'service_role') {
        throw accessDenied('Access denied: Invalid role', 403);
      }
      return caller;
    }
  }
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers = {}, body = '' } = reply;
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    await pipeline(body, response);
    return;
  }
  // A HEAD request is told the length of what it does not get.
  const length = status === 304 ? undefined : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers });
  response.end(body);
}

function refusal(error: unknown, request: IncomingMessage, log: Log): Reply {
  const known = error instanceof StorageError ? error : internalError(error);
  if (error instanceof Truncated) log('upload_truncated', { path: pathOf(request) });
  else if (known.httpStatus >= 500) {
    log('request_failed', { method: request.method, path: pathOf(request), reason: reasonOf(known.cause) });
  }
  return json(known, known.httpStatus);
}

function notFound(method: string, url: string, path: string): Reply {
  const message = `Route ${method}:${url} not found`;
  if (API_ROOTS.has(path.split('/')[1] ?? '')) {
    const error = new StorageError(404, 'Not Found', 'InvalidRequest', message);
    return json(error, 404, { 'content-type': 'application/json' });
  }
  return json({ message, error: 'Not Found', statusCode: 404 }, 404);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

function decode(params: Record<string, string>, path: string): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    throw invalidRequest(`'${path}' is not a valid url component`, 'FastifyError');
  }
}
