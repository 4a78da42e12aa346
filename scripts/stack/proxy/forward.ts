/** Streams an HTTP request to another server and its answer back, and says why when that fails. */
import {
  Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { endToEndHeaders } from './headers.ts';
import { limitSize, TooLarge } from './size-limit.ts';

export interface Destination {
  origin: URL;
  /** Path on that server, with the query. */
  path: string;
  headers: OutgoingHttpHeaders;
  /** Largest request body in bytes. */
  maxBody: number;
  /** Milliseconds the server may be silent. */
  timeout: number;
  /** Headers that every answer gets. */
  answerHeaders: OutgoingHttpHeaders;
}

export type Failure = 'too large' | 'unreachable' | 'silent' | 'broken';

/**
 * An idle connection is given up before the other server closes it (Node's do after 5 s), so that no request
 * is sent into a closing one. The cap keeps a flood of requests waiting here instead of there.
 */
const agent = new Agent({ keepAlive: true, timeout: 2000, maxSockets: 512 });

/** Calls `fail` once, and only while nothing of an answer has been sent. */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  destination: Destination,
  fail: (failure: Failure) => void,
): void {
  const { origin, path, headers, maxBody, timeout, answerHeaders } = destination;
  const length = incoming.headers['content-length'];
  const isChunked = incoming.headers['transfer-encoding'] !== undefined;
  if (length !== undefined && Number(length) > maxBody) {
    incoming.resume();
    fail('too large');
    return;
  }
  const outgoing = request({
    agent,
    timeout,
    hostname: origin.hostname,
    port: origin.port || 80,
    method: incoming.method,
    path,
    headers: isChunked ? { ...headers, 'transfer-encoding': 'chunked' } : headers,
  });
  let isAnswered = false;
  const failOnce = (failure: Failure) => {
    if (isAnswered || response.destroyed) return;
    isAnswered = true;
    fail(failure);
  };
  outgoing.on('timeout', () => {
    failOnce('silent');
    outgoing.destroy();
  });
  outgoing.on('response', (answer) => {
    if (isAnswered) return;
    isAnswered = true;
    response.writeHead(answer.statusCode ?? 502, { ...endToEndHeaders(answer), ...answerHeaders });
    // An answer that breaks off must look cut off to the client, not complete.
    pipeline(answer, response, (error) => error && response.destroy());
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    failOnce(error.code === 'ECONNREFUSED' ? 'unreachable' : 'broken');
  });
  // The rest of a body that nobody wants is read away, or the connection could not carry the next request.
  outgoing.on('close', () => incoming.unpipe().resume());
  response.on('close', () => outgoing.destroy());
  incoming.on('error', () => outgoing.destroy());
  if (isChunked && Number.isFinite(maxBody)) {
    const limited = limitSize(maxBody);
    limited.on('error', (error) => {
      if (error instanceof TooLarge) failOnce('too large');
      outgoing.destroy();
    });
    incoming.pipe(limited).pipe(outgoing);
  } else {
    incoming.pipe(outgoing);
  }
}
