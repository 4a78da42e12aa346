/** How much may be sent or made in an hour, counted since the server's start. */
import { AuthError } from './errors.ts';

const HOUR = 3_600_000;

export class Limits {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** Takes one of `perHour`; refused when none is left. */
  take(name: string, perHour: number, refusal: () => AuthError): void {
    const now = Date.now();
    const bucket = this.#buckets.get(name) ?? { left: perHour, at: now };
    const left = Math.min(perHour, bucket.left + ((now - bucket.at) / HOUR) * perHour);
    if (left < 1) throw refusal();
    this.#buckets.set(name, { left: left - 1, at: now });
    if (this.#buckets.size > 10_000) this.#forget(now);
  }

  #forget(now: number): void {
    for (const [name, { at }] of this.#buckets) if (now - at > HOUR) this.#buckets.delete(name);
  }
}

/** Refuses what follows the last time too soon. */
export function requirePause(last: Date | null, seconds: number, code: string): void {
  if (!last) return;
  const left = last.getTime() + seconds * 1000 - Date.now();
  if (left <= 0) return;
  throw new AuthError(
    429,
    code,
    `For security purposes, you can only request this after ${Math.ceil(left / 1000)} seconds.`,
  );
}
