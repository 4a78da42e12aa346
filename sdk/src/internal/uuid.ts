/** Ids that the client makes, so that asking again for the same thing is no second one. */
import { ChatError } from '../errors.ts';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whoever gives something else is told so at once. */
export function requireUuids(ids: readonly string[]): void {
  if (ids.every((id) => UUID.test(id))) return;
  throw new ChatError('invalid_input', 'unable to follow people; an id is no UUID');
}

/** RFC 9562: 48 bits of Unix milliseconds, then random; ids of one client sort by time. */
export function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(17)}-${random.slice(0, 4)}-${random.slice(4, 16)}`;
}
