/** Messages for a whole room, each encoded at most once per protocol version. */
import { type Encoding, encode, type Version } from './protocol.ts';
import { binaryFrame, type Frame } from './websocket-frames.ts';

export interface RoomMessage {
  /** Identifies a stored message, so that a replay and its live delivery are not both sent. */
  readonly id: string | undefined;
  /** `undefined` when the version cannot express the message; its members then get nothing. */
  frame(version: Version): Frame | undefined;
}

/** A broadcast with a payload of its own encoding: sent by a binary push, the REST endpoint or the database. */
export interface UserBroadcast {
  topic: string;
  event: string;
  encoding: Encoding;
  payload: Buffer;
  id?: string | undefined;
  /** Whether a member asked for it on joining, instead of hearing it live. */
  replayed?: boolean;
}

export function userBroadcast(broadcast: UserBroadcast): RoomMessage {
  return shared(broadcast.id, (version) =>
    version === 2 ? encodeUserBroadcast(broadcast) : encodeUserBroadcastV1(broadcast),
  );
}

/** A message whose payload is JSON text in both versions. */
export function jsonMessage(topic: string, event: string, payload: string): RoomMessage {
  return shared(undefined, (version) => encode(version, { joinRef: null, ref: null, topic, event, payload }));
}

function shared(id: string | undefined, make: (version: Version) => Frame | undefined): RoomMessage {
  const frames: { [V in Version]?: { frame: Frame | undefined } } = {};
  return {
    id,
    frame: (version) => {
      let made = frames[version];
      if (!made) {
        made = { frame: make(version) };
        frames[version] = made;
      }
      return made.frame;
    },
  };
}

const KIND_USER_BROADCAST = 4;

/** `undefined` when a name does not fit its length byte: the real server loses such a message too. */
export function encodeUserBroadcast(broadcast: UserBroadcast): Frame | undefined {
  const topic = Buffer.from(broadcast.topic);
  const event = Buffer.from(broadcast.event);
  const meta = Buffer.from(metadata(broadcast) ?? '');
  if (topic.length > 255 || event.length > 255) return undefined;
  const encoding = broadcast.encoding === 'binary' ? 0 : 1;
  const header = Uint8Array.of(KIND_USER_BROADCAST, topic.length, event.length, meta.length, encoding);
  return binaryFrame(header, topic, event, meta, broadcast.payload);
}

function encodeUserBroadcastV1(broadcast: UserBroadcast): Frame | undefined {
  if (broadcast.encoding === 'binary') return undefined;
  return encode(1, {
    joinRef: null,
    ref: null,
    topic: broadcast.topic,
    event: 'broadcast',
    payload: broadcastPayload(broadcast),
  });
}

/** The JSON form of a broadcast; its payload is spliced in as the text it already is. */
export function broadcastPayload(broadcast: UserBroadcast): string {
  const meta = metadata(broadcast);
  const event = JSON.stringify(broadcast.event);
  return `{"event":${event},"payload":${broadcast.payload.toString()},"type":"broadcast"${meta ? `,"meta":${meta}` : ''}}`;
}

function metadata({ id, replayed }: UserBroadcast): string | undefined {
  if (id === undefined) return undefined;
  return replayed ? `{"id":${JSON.stringify(id)},"replayed":true}` : `{"id":${JSON.stringify(id)}}`;
}
