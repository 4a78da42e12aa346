/** Rates of the whole project and of single channels. */
import type { Limits } from './config.ts';

const BUCKET_MS = 5_000;
const BUCKETS = 12;

/**
 * Average events per second over the last minute, settled every five seconds: bursts pass, and a rate that
 * lasts is cut late, as on the real server.
 */
export class RateGauge {
  private readonly limit: number;
  private readonly buckets: number[] = new Array<number>(BUCKETS).fill(0);
  private slot = Math.floor(Date.now() / BUCKET_MS);
  private settled = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(events = 1): void {
    this.settle();
    const at = this.slot % BUCKETS;
    this.buckets[at] = (this.buckets[at] ?? 0) + events;
  }

  get average(): number {
    this.settle();
    return this.settled;
  }

  get exceeded(): boolean {
    return this.average > this.limit;
  }

  private settle(): void {
    const now = Math.floor(Date.now() / BUCKET_MS);
    if (now === this.slot) return;
    const total = this.buckets.reduce((sum, count) => sum + count, 0);
    this.settled = total / ((BUCKETS * BUCKET_MS) / 1000);
    const passed = Math.min(BUCKETS, Math.max(0, now - this.slot));
    for (let i = 1; i <= passed; i++) this.buckets[(this.slot + i) % BUCKETS] = 0;
    // After a long silence the old total no longer says anything.
    if (passed >= BUCKETS) this.settled = 0;
    this.slot = now;
  }
}

/** Allows so many calls in any window of so many milliseconds. */
export class CallWindow {
  private readonly calls: number[] = [];
  private readonly max: number;
  private readonly windowMs: number;

  constructor(max: number, windowMs: number) {
    this.max = max;
    this.windowMs = windowMs;
  }

  allows(now = Date.now()): boolean {
    while (this.calls[0] !== undefined && this.calls[0] <= now - this.windowMs) this.calls.shift();
    if (this.calls.length >= this.max) return false;
    this.calls.push(now);
    return true;
  }
}

/** The project's meters. */
export class Meters {
  readonly events: RateGauge;
  readonly joins: RateGauge;
  readonly presence: RateGauge;

  constructor(limits: Limits) {
    this.events = new RateGauge(limits.eventsPerSecond);
    this.joins = new RateGauge(limits.joinsPerSecond);
    this.presence = new RateGauge(limits.presenceEventsPerSecond);
  }
}
