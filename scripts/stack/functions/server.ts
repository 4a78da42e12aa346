/** Serves `/<function>/…` from the functions' processes, with the answers of Supabase's runtime when one cannot. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Failure, forward } from '../proxy/forward.ts';
import { endToEndHeaders } from '../proxy/headers.ts';
import { forwardUpgrade, refuseUpgrade } from '../proxy/upgrade.ts';
import { refuseCaller } from './callers.ts';
import { BootError, type Lease, type Log, type Worker } from './worker.ts';

interface Answer {
  status: number;
  code: string;
  message: string;
}

const NOT_FOUND: Answer = { status: 404, code: 'NOT_FOUND', message: 'Requested function was not found' };
const BOOT_FAILED: Answer = {
  status: 503,
  code: 'BOOT_ERROR',
  message: 'Function failed to start (please check logs)',
};
const CRASHED: Answer = {
  status: 500,
  code: 'WORKER_ERROR',
  message: 'Function exited due to an error (please check logs)',
};
const SILENT: Answer = { status: 504, code: 'REQUEST_TIMEOUT', message: 'Function did not answer in time' };

const FAILURES: Record<Failure, Answer> = {
  'too large': { status: 413, code: 'TOO_LARGE', message: 'Request body is too large' },
  unreachable: CRASHED,
  silent: SILENT,
  broken: CRASHED,
};

/** Hosted functions have to begin their answer within 150 s. */
const TIMEOUT = 150_000;

export function createFunctionServer(workers: Map<string, Worker>, jwtSecret: string, log: Log): Server {
  const secret = new TextEncoder().encode(jwtSecret);

  async function open(request: IncomingMessage): Promise<Lease | Answer> {
    const name = /^\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '';
    const worker = workers.get(name);
    if (!worker) return NOT_FOUND;
    if (worker.config.verifyJwt && request.method !== 'OPTIONS') {
      const denial = await refuseCaller(request.headers, secret);
      if (denial) return { status: 401, ...denial };
    }
    try {
      return await worker.lease();
    } catch (error) {
      if (!(error instanceof BootError)) throw error;
      log('failed', { function: name, reason: error.message });
      return BOOT_FAILED;
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const lease = await open(request);
    if ('status' in lease) {
      request.resume();
      answer(response, lease);
      return;
    }
    if (response.closed) {
      lease.release();
      return;
    }
    response.once('close', lease.release);
    const { origin } = lease;
    const headers = endToEndHeaders(request);
    const path = request.url ?? '/';
    forward(
      request,
      response,
      { origin, path, headers, maxBody: Number.POSITIVE_INFINITY, timeout: TIMEOUT, answerHeaders: {} },
      (failure) => {
        if (FAILURES[failure] === CRASHED) lease.abandon();
        answer(response, FAILURES[failure]);
      },
    );
  }

  async function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const lease = await open(request);
    const refuse = (why: Answer) => refuseUpgrade(socket, why.status, bodyOf(why));
    if ('status' in lease) {
      refuse(lease);
      return;
    }
    if (socket.closed) {
      lease.release();
      return;
    }
    socket.once('close', lease.release);
    const headers = endToEndHeaders(request);
    forwardUpgrade(request, socket, head, { origin: lease.origin, path: request.url ?? '/', headers }, () =>
      refuse(CRASHED),
    );
  }

  const server = createServer({ requestTimeout: 0, maxHeaderSize: 64 * 1024 });
  server.on('request', (request, response) => {
    handle(request, response).catch((error: Error) => {
      log('failed', { reason: error.stack });
      answer(response, CRASHED);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    handleUpgrade(request, socket, head).catch((error: Error) => {
      log('failed', { reason: error.stack });
      socket.destroy();
    });
  });
  return server;
}

const bodyOf = ({ code, message }: Answer): string => JSON.stringify({ code, message });

function answer(response: ServerResponse, why: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(why.status, { 'content-type': 'application/json' });
  response.end(bodyOf(why));
}
