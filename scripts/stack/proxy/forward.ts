/** Streams an HTTP request to another server and its answer back, and says why when that fails. */
import {
  Agent,
  type ClientRequest,
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

/** Bodies up to this size are awaited first: a slow or silent sender then holds no connection of the server. */
const AWAITED = 64 * 1024;

/** Calls `fail` at most once, and only while nothing of an answer has been sent. */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  destination: Destination,
  fail: (failure: Failure) => void,
): void {
  const isChunked = incoming.headers['transfer-encoding'] !== undefined;
  const length = isChunked ? Number.POSITIVE_INFINITY : Number(incoming.headers['content-length'] ?? 0);
  if (!isChunked && length > destination.maxBody) {
    incoming.resume();
    fail('too large');
  } else if (length <= AWAITED) {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      const outgoing = exchange(incoming, response, destination, fail);
      if (chunks.length > 0) outgoing.end(Buffer.concat(chunks));
      else outgoing.end();
    });
    incoming.once('error', () => response.destroy());
  } else {
    stream(incoming, response, destination, fail);
  }
}

function stream(
  incoming: IncomingMessage,
  response: ServerResponse,
  destination: Destination,
  fail: (failure: Failure) => void,
): void {
  const limited = limitSize(destination.maxBody);
  const outgoing = exchange(incoming, response, destination, (failure) =>
    fail(limited.errored instanceof TooLarge ? 'too large' : failure),
  );
  limited.on('error', () => outgoing.destroy(new Error('too large')));
  incoming.on('error', () => outgoing.destroy());
  // The rest of a body that nobody wants is read away, or the connection could not carry the next request.
  outgoing.on('close', () => incoming.unpipe().resume());
  incoming.pipe(limited).pipe(outgoing);
}

/** The request to the other server, its body still to be written; the answer goes to the client by itself. */
function exchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  { origin, path, headers, timeout, answerHeaders }: Destination,
  fail: (failure: Failure) => void,
): ClientRequest {
  const isChunked = incoming.headers['transfer-encoding'] !== undefined;
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
  response.on('close', () => outgoing.destroy());
  return outgoing;
}
