/** Broadcasts over HTTP: several messages at once, or one. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DatabaseUnavailable } from './database.ts';
import { answerEmpty, answerJson, answerText, BodyTooLarge, readBody } from './http-answers.ts';
import { reasonOf } from './log.ts';
import { jsonMessage, type RoomMessage, userBroadcast } from './messages.ts';
import { isRecord } from './protocol.ts';
import { type BatchMessage, readBatch } from './rest-batch.ts';
import { TOPIC_PREFIX } from './rooms.ts';
import type { Services } from './services.ts';
import { type Session, TokenError } from './tokens.ts';

const MOST_BODY_BYTES = 8_000_000;
const SINGLE = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;

/** Thrown to end a request with this answer. */
class Refused extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

const badRequest = () => new Refused(400, 'Bad Request');

type Operation = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers every path below `/api`. */
export async function handleApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  services: Services,
): Promise<void> {
  const { meters, config, log } = services;
  const operation = operationFor(request.method, url, services);
  if (!operation) {
    answerText(response, 404, 'Not Found');
    return;
  }
  response.setHeader('x-rate-limit', config.limits.eventsPerSecond);
  response.setHeader('x-rate-rolling', meters.events.average.toFixed(2));
  if (request.headers.origin !== undefined) response.setHeader('access-control-allow-origin', '*');
  try {
    if (meters.events.exceeded) throw new Refused(429, { message: 'Too many requests' });
    await operation(request, response);
  } catch (error) {
    if (response.headersSent || response.destroyed) return;
    if (error instanceof Refused) {
      if (typeof error.body === 'string') answerText(response, error.status, error.body);
      else answerJson(response, error.status, error.body);
    } else if (error instanceof TokenError) {
      answerJson(response, 401, { message: 'Unauthorized' });
    } else if (error instanceof DatabaseUnavailable) {
      answerJson(response, 422, { message: error.message });
    } else if (error instanceof BodyTooLarge) {
      response.setHeader('connection', 'close');
      answerText(response, 413, 'Request Entity Too Large');
    } else {
      log('request_failed', { path: url.pathname, reason: reasonOf(error) });
      answerText(response, 500, 'Internal Server Error');
    }
  }
}

function operationFor(method: string | undefined, url: URL, services: Services): Operation | undefined {
  if (url.pathname === '/api/ping' && (method === 'GET' || method === 'HEAD')) {
    return async (_, response) => answerJson(response, 200, { message: 'Success' });
  }
  if (method !== 'POST') return undefined;
  if (url.pathname === '/api/broadcast') {
    return async (request, response) => {
      await sendBatch(request, services);
      answerEmpty(response, 202);
    };
  }
  const [, topic, event] = SINGLE.exec(url.pathname) ?? [];
  if (topic === undefined || event === undefined) return undefined;
  return async (request, response) => {
    await sendOne(request, url, decode(topic), decode(event), services);
    answerEmpty(response, 202);
  };
}

async function sendBatch(request: IncomingMessage, services: Services): Promise<void> {
  const { config, meters } = services;
  const session = await authenticate(request, services);
  const body = parseJson(await readBody(request, MOST_BODY_BYTES));
  const batch = readBatch(body, config.limits.payloadBytes);
  if ('errors' in batch) throw new Refused(422, { errors: batch.errors });
  if (batch.messages.length > config.limits.eventsPerSecond) {
    const message = 'Too many messages to broadcast, please reduce the batch size';
    throw new Refused(429, { message });
  }
  const writable = new Map<string, boolean>();
  for (const message of batch.messages) {
    if (message.isPrivate && !writable.has(message.topic)) {
      writable.set(message.topic, await mayBroadcast(request, session, message.topic, services));
    }
  }
  for (const message of batch.messages) {
    if (message.isPrivate && !writable.get(message.topic)) continue;
    const receivers = deliver(message.topic, message.isPrivate, () => batchMessage(message), services);
    meters.events.add(1 + receivers);
  }
}

function batchMessage({ topic, event, payload, id }: BatchMessage): RoomMessage {
  const message = { event, payload, type: 'broadcast', ...(id === undefined ? {} : { meta: { id } }) };
  return jsonMessage(TOPIC_PREFIX + topic, 'broadcast', JSON.stringify(message));
}

async function sendOne(
  request: IncomingMessage,
  url: URL,
  topic: string,
  event: string,
  services: Services,
): Promise<void> {
  const { config, meters } = services;
  const session = await authenticate(request, services);
  const { payload, encoding, isPrivate } = await readSingle(request, url);
  if (payload.length > config.limits.payloadBytes) {
    throw new Refused(422, { errors: { payload: ['Payload size exceeds tenant limit'] } });
  }
  if (Buffer.byteLength(event) > 255) {
    throw new Refused(422, { errors: { event: ['should be at most 255 byte(s)'] } });
  }
  if (isPrivate && !(await mayBroadcast(request, session, topic, services))) {
    throw new Refused(403, { message: 'Unauthorized' });
  }
  const message = () => userBroadcast({ topic: TOPIC_PREFIX + topic, event, encoding, payload });
  meters.events.add(1 + deliver(topic, isPrivate, message, services));
}

interface SingleBody {
  payload: Buffer;
  encoding: 'json' | 'binary';
  isPrivate: boolean;
}

/** A JSON payload's own key `private` outdoes the query's, as on the real server. */
async function readSingle(request: IncomingMessage, url: URL): Promise<SingleBody> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const isPrivateByQuery = url.searchParams.get('private') === 'true';
  const body = await readBody(request, MOST_BODY_BYTES);
  if (type === 'application/octet-stream') {
    return { payload: body, encoding: 'binary', isPrivate: isPrivateByQuery };
  }
  if (type !== 'application/json' && !(type === undefined && body.length === 0)) {
    const error = 'Unsupported Media Type. Use application/json or application/octet-stream';
    throw new Refused(415, { error });
  }
  const value = body.length === 0 ? {} : parseJson(body);
  const payload = isRecord(value) ? value : { _json: value };
  const isPrivate =
    'private' in payload ? payload.private === true || payload.private === 'true' : isPrivateByQuery;
  return { payload: Buffer.from(JSON.stringify(payload)), encoding: 'json', isPrivate };
}

function deliver(topic: string, isPrivate: boolean, message: () => RoomMessage, { rooms }: Services): number {
  return rooms.find(topic, isPrivate)?.broadcast(message()) ?? 0;
}

async function mayBroadcast(
  request: IncomingMessage,
  session: Session,
  topic: string,
  { authorizer }: Services,
): Promise<boolean> {
  const grants = await authorizer.mayWrite(session, JSON.stringify(request.headers), topic);
  return grants.broadcast === true;
}

/** The real server looks for a key in the headers only. */
function authenticate({ headers }: IncomingMessage, { tokens }: Services): Promise<Session> {
  const { authorization, apikey } = headers;
  const token = authorization === undefined ? apikey : /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (typeof token !== 'string') throw new Refused(401, { message: 'Unauthorized' });
  return tokens.verify(token);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    throw badRequest();
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest();
  }
}
