/** Sends stored broadcasts to a channel that asked for them on joining. */
import { answerWithin, unavailability } from './database.ts';
import type { JoinSettings } from './join-settings.ts';
import { reasonOf } from './log.ts';
import { broadcastPayload, encodeUserBroadcast, type UserBroadcast } from './messages.ts';
import { encode, type Ref, type Version } from './protocol.ts';
import { JoinRefused } from './refusal.ts';
import { TOPIC_PREFIX } from './rooms.ts';
import type { Services } from './services.ts';
import type { Frame } from './websocket-frames.ts';

export interface ReplayRequest {
  /** Milliseconds since the epoch. */
  since: number;
  limit: number;
}

const MOST_ROWS = 25;
const ANSWER_WITHIN_MS = 10_000;

interface StoredRow {
  id: string;
  event: string;
  payload: string | null;
  binary_payload: Buffer | null;
}

/** @throws JoinRefused when the request makes no sense. */
export function readReplayRequest({ replay, isPrivate }: JoinSettings): ReplayRequest | undefined {
  if (!replay) return undefined;
  if (!isPrivate) {
    throw new JoinRefused('UnableToReplayMessages: Replay is not allowed for public channels');
  }
  const { since, limit = MOST_ROWS } = replay;
  if (!Number.isSafeInteger(since) || !Number.isSafeInteger(limit)) {
    throw new JoinRefused('UnableToReplayMessages: Replay params are not valid');
  }
  return { since: since as number, limit: Math.min(MOST_ROWS, Math.max(1, limit as number)) };
}

/** The newest stored messages of a private topic, oldest first, as frames. */
export async function replay(
  { database, log }: Services,
  { since, limit, channel, joinRef }: ReplayRequest & { channel: string; joinRef: Ref },
  version: Version,
): Promise<{ frames: Frame[]; ids: string[] }> {
  let rows: StoredRow[];
  try {
    rows = await answerWithin(
      ANSWER_WITHIN_MS,
      database<StoredRow[]>`
        select id, event, payload::text, binary_payload from realtime.messages
        where topic = ${channel} and private is true and extension = 'broadcast' and event is not null
          and num_nonnulls(payload, binary_payload) = 1
          and inserted_at >= to_timestamp(${since}::float8 / 1000) at time zone 'utc'
          and inserted_at < (now() + interval '1 minute') at time zone 'utc'
        order by inserted_at desc limit ${limit}`,
    );
  } catch (error) {
    const unavailable = unavailability(error);
    if (unavailable) throw unavailable;
    log('replay_failed', { topic: channel, reason: reasonOf(error) });
    throw new JoinRefused('UnableToReplayMessages: Realtime was unable to replay messages');
  }
  const frames: Frame[] = [];
  for (const row of rows.toReversed()) {
    const frame = frameOf(row, TOPIC_PREFIX + channel, joinRef, version);
    if (frame) frames.push(frame);
  }
  return { frames, ids: rows.map(({ id }) => id) };
}

function frameOf(row: StoredRow, topic: string, joinRef: Ref, version: Version): Frame | undefined {
  const { id, event, payload, binary_payload: binary } = row;
  const broadcast: UserBroadcast = {
    topic,
    event,
    encoding: binary ? 'binary' : 'json',
    payload: binary ?? Buffer.from(payload ?? ''),
    id,
    replayed: true,
  };
  if (broadcast.encoding === 'binary') return version === 2 ? encodeUserBroadcast(broadcast) : undefined;
  return encode(version, {
    joinRef,
    ref: null,
    topic,
    event: 'broadcast',
    payload: broadcastPayload(broadcast),
  });
}
