/** Ids that sort by the time they were made. */

/** RFC 9562: 48 bits of Unix milliseconds, then random. */
export function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
