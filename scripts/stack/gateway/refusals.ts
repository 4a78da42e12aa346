/** What the gateway answers by itself, in the words and shape of the gateway of Supabase. */
import type { ServerResponse } from 'node:http';
import type { Failure } from '../proxy/forward.ts';
import { ALLOW_ORIGIN } from './cors.ts';

export interface Refusal {
  status: number;
  message: string;
}

export const NO_ROUTE: Refusal = { status: 404, message: 'no Route matched with those values' };
export const NO_KEY: Refusal = { status: 401, message: 'No API key found in request' };
export const UNKNOWN_KEY: Refusal = { status: 401, message: 'Invalid API key' };
export const TOO_LARGE_HEADERS: Refusal = { status: 431, message: 'Request headers are too large' };
export const TOO_SLOW: Refusal = { status: 408, message: 'The request took too long' };
export const MALFORMED: Refusal = { status: 400, message: 'Malformed request' };

export const FAILURES: Record<Failure, Refusal> = {
  'too large': { status: 413, message: 'Request body is too large' },
  unreachable: { status: 503, message: 'The service is not available; it may be restarting' },
  silent: { status: 504, message: 'The upstream server is timing out' },
  broken: { status: 502, message: 'An invalid response was received from the upstream server' },
};

export const bodyOf = ({ message }: Refusal): string => JSON.stringify({ message });

export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const { status } = refusal;
  const body = bodyOf(refusal);
  response.writeHead(status, {
    ...ALLOW_ORIGIN,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    // What is left of the body is unwanted; closing spares both sides its transfer.
    ...(status === 413 ? { connection: 'close' } : {}),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(body);
}
