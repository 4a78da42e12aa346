/** Turns rows that appear in `realtime.messages` into broadcasts. */
import type { Faults } from './faults.ts';
import type { Meters } from './limits.ts';
import type { Log } from './log.ts';
import { userBroadcast } from './messages.ts';
import type { Relation, RowChange, Value } from './pgoutput.ts';
import { type Rooms, TOPIC_PREFIX } from './rooms.ts';

export interface DatabaseBroadcasts {
  rooms: Rooms;
  meters: Meters;
  faults: Faults;
  log: Log;
  payloadBytes: number;
}

export const MESSAGES_PUBLICATION = 'supabase_realtime_messages_publication';

const COLUMNS = ['topic', 'event', 'private', 'id', 'payload', 'binary_payload'] as const;
type ColumnName = (typeof COLUMNS)[number];

/** Reads one row; everything but an insert of a complete message is silent. */
export function broadcastRow(services: DatabaseBroadcasts): (change: RowChange) => void {
  const { rooms, meters, faults, log, payloadBytes } = services;
  const positions = new WeakMap<Relation, Record<ColumnName, number>>();

  return ({ kind, relation, record }) => {
    if (kind !== 'insert' || !record) return;
    let at = positions.get(relation);
    if (!at) {
      at = columnPositions(relation);
      positions.set(relation, at);
    }
    const text = (column: ColumnName) => record[at[column]]?.toString();
    const name = text('topic');
    const event = text('event');
    const isPrivate = text('private');
    const json = record[at.payload];
    const binary = record[at.binary_payload];
    if (name === undefined || event === undefined || isPrivate === undefined || !(json || binary)) return;

    const room = rooms.find(name, isPrivate === 't');
    if (!room) return;
    const payload = json ?? decodeBytea(binary);
    if (payload.length > payloadBytes) {
      log('database_message_too_large', { topic: name, event, bytes: payload.length });
      return;
    }
    if (meters.events.exceeded) {
      log('database_message_over_rate', { topic: name, event });
      return;
    }
    faults.passDatabaseMessage(() => {
      const message = userBroadcast({
        topic: TOPIC_PREFIX + name,
        event,
        encoding: json ? 'json' : 'binary',
        payload,
        id: text('id'),
      });
      meters.events.add(1 + room.broadcast(message));
    });
  };
}

function columnPositions({ columns }: Relation): Record<ColumnName, number> {
  const entries = COLUMNS.map((name) => [name, columns.findIndex((column) => column.name === name)]);
  return Object.fromEntries(entries) as Record<ColumnName, number>;
}

/** PostgreSQL prints bytes as `\x` and hexadecimal digits. */
function decodeBytea(text: Value): Buffer {
  return Buffer.from(text?.toString('latin1').slice(2) ?? '', 'hex');
}
