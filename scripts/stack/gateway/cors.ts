/** Lets pages of any origin call the API, as Supabase's gateway does; the key and the token decide, not the origin. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT';

export const ALLOW_ORIGIN: OutgoingHttpHeaders = { 'access-control-allow-origin': '*' };

export function isPreflight(request: IncomingMessage): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers.origin !== undefined &&
    request.headers['access-control-request-method'] !== undefined
  );
}

export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const headers = request.headers['access-control-request-headers'];
  response.writeHead(200, {
    ...ALLOW_ORIGIN,
    'access-control-allow-methods': METHODS,
    ...(headers === undefined ? {} : { 'access-control-allow-headers': headers }),
    'access-control-max-age': '3600',
    vary: 'access-control-request-headers',
    'content-length': '0',
  });
  response.end();
}
