/** The two serialisations of a message: version 1 (JSON objects) and version 2 (JSON arrays and binary pushes). */
import { type Frame, textFrame } from './websocket-frames.ts';

export type Version = 1 | 2;

/** Clients choose their references freely; they come back as they were. */
export type Ref = string | number | null;

/** What a client sent. */
export interface Inbound {
  joinRef: Ref;
  ref: Ref;
  topic: string;
  event: string;
  body: JsonBody | BinaryBody;
}

export interface JsonBody {
  kind: 'json';
  payload: unknown;
}

/** A broadcast whose payload stays bytes from sender to receivers. */
export interface BinaryBody {
  kind: 'push';
  event: string;
  encoding: Encoding;
  payload: Buffer;
}

export type Encoding = 'json' | 'binary';

export interface Outbound {
  joinRef: Ref;
  ref: Ref;
  topic: string;
  event: string;
  /** JSON text. */
  payload: string;
}

/** The version that `vsn` asks for, `undefined` when there is none such. */
export function versionOf(vsn: string | null): Version | undefined {
  if (vsn === null) return 1;
  const match = /^([12])\.0\.\d+$/.exec(vsn);
  return match ? (Number(match[1]) as Version) : undefined;
}

/** Reads a text frame; `undefined` for anything that is not a message, which the server ignores. */
export function decodeText(version: Version, text: string): Inbound | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (version === 2) {
    if (!Array.isArray(json) || json.length !== 5) return undefined;
    const [joinRef, ref, topic, event, payload] = json as unknown[];
    return inbound(joinRef, ref, topic, event, payload);
  }
  if (!isRecord(json)) return undefined;
  for (const key of ['topic', 'event', 'payload', 'ref']) if (!(key in json)) return undefined;
  return inbound(json.join_ref ?? null, json.ref, json.topic, json.event, json.payload);
}

function inbound(
  joinRef: unknown,
  ref: unknown,
  topic: unknown,
  event: unknown,
  payload: unknown,
): Inbound | undefined {
  if (!isRef(joinRef) || !isRef(ref) || typeof topic !== 'string' || typeof event !== 'string') {
    return undefined;
  }
  return { joinRef, ref, topic, event, body: { kind: 'json', payload } };
}

const PUSH = 3;
const PUSH_HEADER_BYTES = 7;
const ENCODING_BINARY = 0;

/** Reads a binary frame: a header of lengths, five names, and the payload as the rest. */
export function decodeBinary(frame: Buffer): Inbound | undefined {
  if (frame.length < PUSH_HEADER_BYTES || frame[0] !== PUSH) return undefined;
  const names: string[] = [];
  let at = PUSH_HEADER_BYTES;
  for (let i = 1; i <= 5; i++) {
    const end = at + (frame[i] ?? 0);
    if (end > frame.length) return undefined;
    names.push(frame.toString('utf8', at, end));
    at = end;
  }
  const [joinRef = '', ref = '', topic = '', event = '', metadata = ''] = names;
  if (metadata !== '' && !isJson(metadata)) return undefined;
  const encoding = frame[6] === ENCODING_BINARY ? 'binary' : 'json';
  const payload = frame.subarray(at);
  if (encoding === 'json' && !isJson(payload.toString())) return undefined;
  return { joinRef, ref, topic, event: 'broadcast', body: { kind: 'push', event, encoding, payload } };
}

export function encode(version: Version, { joinRef, ref, topic, event, payload }: Outbound): Frame {
  if (version === 1) {
    return textFrame(
      `{"ref":${JSON.stringify(ref)},"topic":${JSON.stringify(topic)},"event":${JSON.stringify(event)},"payload":${payload}}`,
    );
  }
  return textFrame(
    `[${JSON.stringify(joinRef)},${JSON.stringify(ref)},${JSON.stringify(topic)},${JSON.stringify(event)},${payload}]`,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRef(value: unknown): value is Ref {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
