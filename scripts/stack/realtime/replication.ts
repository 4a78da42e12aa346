/** Follows the committed changes of one publication, and comes back by itself when the connection is lost. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { type Log, reasonOf } from './log.ts';
import { PgOutputReader, type RowChange } from './pgoutput.ts';

export interface ReplicationOptions {
  databaseUrl: string;
  publication: string;
  log: Log;
  /** Called in commit order. */
  onChange: (change: RowChange) => void;
}

const RETRY_MS = { first: 100, most: 1_000 };
const STATUS_EVERY_MS = 10_000;
/** The server answers each status report. */
const SILENT_AFTER_MS = 3 * STATUS_EVERY_MS;

const WAL_DATA = 0x77;
const WAL_DATA_HEADER_BYTES = 25;
const KEEPALIVE = 0x6b;
const STATUS_UPDATE = 0x72;
const STATUS_UPDATE_BYTES = 34;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * The slot is temporary: while the stream is up nothing is lost, and nothing is kept for it while it is down.
 */
export class ReplicationStream {
  private readonly options: ReplicationOptions;
  private readonly stopped = new AbortController();
  private connected = false;
  private running: Promise<void> | undefined;

  constructor(options: ReplicationOptions) {
    this.options = options;
  }

  get up(): boolean {
    return this.connected;
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { publication, log } = this.options;
    let pause = RETRY_MS.first;
    while (!this.stopped.signal.aborted) {
      try {
        await this.follow(() => {
          pause = RETRY_MS.first;
        });
      } catch (error) {
        if (!this.stopped.signal.aborted) log('replication_lost', { publication, reason: reasonOf(error) });
      }
      this.connected = false;
      await sleep(pause, undefined, { signal: this.stopped.signal }).catch(() => {});
      pause = Math.min(pause * 2, RETRY_MS.most);
    }
  }

  /** One connection's life. */
  private async follow(onUp: () => void): Promise<void> {
    const { databaseUrl, publication, log } = this.options;
    const sql = postgres(databaseUrl, {
      max: 1,
      connect_timeout: 5,
      fetch_types: false,
      idle_timeout: 0,
      max_lifetime: null,
      onnotice: () => {},
      connection: { application_name: 'realtime_replication', replication: 'database' } as Record<
        string,
        string
      >,
    });
    const slot = `supabase_realtime_replication_slot_${randomBytes(6).toString('hex')}`;
    try {
      // This dialect knows its commands in capitals only.
      const [created] = await sql.unsafe<{ consistent_point: string }[]>(
        `CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`,
      );
      // The server answers both ways on this one, although the client's types know only writing.
      const stream = (await sql
        .unsafe(
          `START_REPLICATION SLOT ${slot} LOGICAL ${created?.consistent_point}
             (proto_version '1', publication_names '"${publication}"')`,
        )
        .writable()) as Duplex;
      this.connected = true;
      onUp();
      log('replication_started', { publication });
      await this.consume(stream);
    } finally {
      await sql.end({ timeout: 0 }).catch(() => {});
    }
  }

  private consume(stream: Duplex): Promise<void> {
    const reader = new PgOutputReader();
    let position = 0n;
    let lastHeard = Date.now();
    const report = (wantsAnswer: boolean) => {
      if (stream.writable) stream.write(statusUpdate(position, wantsAnswer));
    };
    const timer = setInterval(() => {
      if (Date.now() - lastHeard > SILENT_AFTER_MS) stream.destroy(new Error('the server fell silent'));
      else report(true);
    }, STATUS_EVERY_MS);
    const stop = () => stream.destroy();
    this.stopped.signal.addEventListener('abort', stop, { once: true });

    return new Promise<void>((resolve, reject) => {
      stream.on('data', (data: Buffer) => {
        lastHeard = Date.now();
        try {
          if (data[0] === WAL_DATA) {
            const change = reader.read(data.subarray(WAL_DATA_HEADER_BYTES));
            if (change) this.options.onChange(change);
            position = later(position, data.readBigUInt64BE(9));
          } else if (data[0] === KEEPALIVE) {
            position = later(position, data.readBigUInt64BE(1));
            // A server that shuts down waits for this answer.
            if (data[17] === 1) report(false);
          }
        } catch (error) {
          stream.destroy(error as Error);
        }
      });
      stream.on('error', reject);
      stream.on('close', resolve);
    }).finally(() => {
      clearInterval(timer);
      this.stopped.signal.removeEventListener('abort', stop);
    });
  }
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Everything up to `position` has been dealt with. */
function statusUpdate(position: bigint, wantsAnswer: boolean): Buffer {
  const message = Buffer.alloc(STATUS_UPDATE_BYTES);
  message[0] = STATUS_UPDATE;
  for (const offset of [1, 9, 17]) message.writeBigUInt64BE(position, offset);
  message.writeBigInt64BE(BigInt(Date.now() - POSTGRES_EPOCH_MS) * 1000n, 25);
  message[33] = wantsAnswer ? 1 : 0;
  return message;
}
