/** Checks the body of a batch; one bad message rejects all of them. */
import { isRecord } from './protocol.ts';

export interface BatchMessage {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  isPrivate: boolean;
  id: string | undefined;
}

type MessageErrors = Record<string, string[]>;

const BLANK = "can't be blank";
const INVALID = 'is invalid';

export function readBatch(
  body: unknown,
  payloadBytes: number,
): { messages: BatchMessage[] } | { errors: { messages: (MessageErrors | string)[] } } {
  const list = isRecord(body) ? body.messages : undefined;
  if (list === undefined || list === null || (Array.isArray(list) && list.length === 0)) {
    return { errors: { messages: [BLANK] } };
  }
  if (!Array.isArray(list) || !list.every(isRecord)) return { errors: { messages: [INVALID] } };
  const read = list.map((message) => readMessage(message, payloadBytes));
  if (read.some(({ errors }) => Object.keys(errors).length > 0)) {
    return { errors: { messages: read.map(({ errors }) => errors) } };
  }
  return { messages: read.map(({ message }) => message) };
}

function readMessage(
  input: Record<string, unknown>,
  payloadBytes: number,
): { message: BatchMessage; errors: MessageErrors } {
  const errors: MessageErrors = {};
  const text = (key: 'topic' | 'event'): string => {
    const value = input[key] ?? '';
    if (typeof value !== 'string') errors[key] = [INVALID];
    else if (value.trim() === '') errors[key] = [BLANK];
    return String(value);
  };
  const topic = text('topic');
  const event = text('event');
  const payload = isRecord(input.payload) ? input.payload : {};
  if (input.payload === undefined || input.payload === null) errors.payload = [BLANK];
  else if (!isRecord(input.payload)) errors.payload = [INVALID];
  else if (Buffer.byteLength(JSON.stringify(payload)) > payloadBytes) {
    errors.payload = ['Payload size exceeds tenant limit'];
  }
  const isPrivate = readBoolean(input.private ?? false);
  if (isPrivate === undefined) errors.private = [INVALID];
  const id = input.id ?? undefined;
  if (id !== undefined && typeof id !== 'string') errors.id = [INVALID];
  return {
    message: {
      topic,
      event,
      payload,
      isPrivate: isPrivate === true,
      id: typeof id === 'string' ? id : undefined,
    },
    errors,
  };
}

function readBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0') return false;
  return undefined;
}
