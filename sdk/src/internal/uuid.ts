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
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(
    0,
    (BigInt(Date.now()) << 16n) | BigInt(((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)),
  );
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
