/** Turns what a client pushed into the message its room gets. */
import { jsonMessage, type RoomMessage, userBroadcast } from './messages.ts';
import type { Inbound } from './protocol.ts';

/** The message, and the size of its payload that limits are about. */
export function broadcastFrom(topic: string, body: Inbound['body']): { message: RoomMessage; bytes: number } {
  if (body.kind === 'push') {
    const { event, encoding, payload } = body;
    return { message: userBroadcast({ topic, event, encoding, payload }), bytes: payload.length };
  }
  const payload = JSON.stringify(body.payload ?? null);
  return { message: jsonMessage(topic, 'broadcast', payload), bytes: Buffer.byteLength(payload) };
}
