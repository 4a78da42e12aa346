/** What a task is: something that the rows of the database say is to be done, and how to do all of it. */
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

export interface Task {
  /** As SQL calls it: `chat_private.wake_worker('scheduled_messages')`. */
  name: string;
  /** When it runs though nobody woke it, as in a crontab; UTC. */
  sweep: string;
  /**
   * Does whatever is due. It may run in several workers and several times at once, and end at any moment without
   * a last word: so it takes rows with `for update skip locked` or a lease, and finishes each in one transaction.
   */
  run(context: Context): Promise<void>;
}

export interface Context {
  /** One statement, which is one transaction. Values stand for $1, $2 … */
  query<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>;
  settings: Settings;
  log: Log;
  /** Aborted when the worker is to stop: begin nothing new. */
  signal: AbortSignal;
}
