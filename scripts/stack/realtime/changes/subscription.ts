/** The changes that one channel asked for, from its join to its end. */
import { type Log, reasonOf } from '../log.ts';
import type { Session } from '../tokens.ts';
import type { ChangeKind, ChangeRequest } from './bindings.ts';
import type { ChangeFeed, Subscriber } from './feed.ts';
import { UnusableBinding } from './selections.ts';

export interface ChangeListener {
  push(event: string, payload: string): void;
  system(status: 'ok' | 'error', message: string): void;
}

export class ChangeSubscription implements Subscriber {
  session: Session;
  private readonly request: ChangeRequest;
  private readonly listener: ChangeListener;
  private readonly feed: ChangeFeed;
  private readonly log: Log;
  private running = new AbortController();

  constructor(
    request: ChangeRequest,
    session: Session,
    { changes, log }: { changes: ChangeFeed; log: Log },
    listener: ChangeListener,
  ) {
    this.request = request;
    this.session = session;
    this.feed = changes;
    this.log = log;
    this.listener = listener;
  }

  /** Subscribes, or subscribes again with a newer token. */
  start(session: Session): void {
    if (this.request.bindings.length === 0) return;
    this.session = session;
    this.running.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    this.feed.subscribe(this, this.request.bindings, signal).then(
      () => this.listener.system('ok', 'Subscribed to PostgreSQL'),
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof UnusableBinding) {
          this.listener.system('error', error.message);
        } else {
          this.log('subscribe_failed', { reason: reasonOf(error) });
          this.listener.system('error', 'Unable to subscribe to changes; the database did not answer');
        }
      },
    );
  }

  stop(): void {
    this.running.abort();
    this.feed.unsubscribe(this);
  }

  deliver(kind: ChangeKind, ids: number[], data: string): void {
    if (this.request.isLegacy) this.listener.push(kind, data);
    else this.listener.push('postgres_changes', `{"ids":${JSON.stringify(ids)},"data":${data}}`);
  }
}
