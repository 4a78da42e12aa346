/** All sockets of this process, and what time does to them. */
import type { Connection } from './connection.ts';

const TICK_MS = 500;

export class Connections {
  readonly all = new Set<Connection>();
  /** Sockets with at least one channel: the project's users. */
  joined = 0;
  private timer: NodeJS.Timeout | undefined;

  /** Closes idle sockets and channels whose token expired, until stopped. */
  start(): void {
    this.timer = setInterval(() => {
      const now = Date.now();
      for (const connection of this.all) connection.tick(now);
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
