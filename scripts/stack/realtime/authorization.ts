/** Asks the policies on `realtime.messages` what a caller may do with a topic. */
import type { IncomingHttpHeaders } from 'node:http';
import { answerWithin, type Database, unavailability } from './database.ts';
import type { Log } from './log.ts';
import { reasonOf } from './log.ts';
import type { Session } from './tokens.ts';

export type Extension = 'broadcast' | 'presence';
export type Grants = Partial<Record<Extension, boolean>>;

const WRITABLE: Extension[] = ['broadcast', 'presence'];
const ANSWER_WITHIN_MS = 10_000;

export class Authorizer {
  private readonly database: Database;
  private readonly log: Log;

  constructor(database: Database, log: Log) {
    this.database = database;
    this.log = log;
  }

  /** @throws DatabaseUnavailable */
  mayRead(session: Session, headers: string, topic: string, extensions: Extension[]): Promise<Grants> {
    return this.ask(session, headers, topic, extensions, []);
  }

  /** @throws DatabaseUnavailable */
  mayWrite(session: Session, headers: string, topic: string): Promise<Grants> {
    return this.ask(session, headers, topic, [], WRITABLE);
  }

  private async ask(
    { role, claims }: Session,
    headers: string,
    topic: string,
    read: Extension[],
    write: Extension[],
  ): Promise<Grants> {
    const sub = typeof claims.sub === 'string' ? claims.sub : '';
    const query = this.database<{ read_allowed: boolean[]; write_allowed: boolean[] }[]>`
      select * from realtime.authorize(${role}, ${topic}, ${JSON.stringify(claims)}, ${sub}, ${headers},
        ${read}::text[], ${write}::text[])`;
    try {
      const [row] = await answerWithin(ANSWER_WITHIN_MS, query);
      const asked = read.length > 0 ? read : write;
      const allowed = read.length > 0 ? row?.read_allowed : row?.write_allowed;
      return Object.fromEntries(asked.map((extension, i) => [extension, allowed?.[i] === true]));
    } catch (error) {
      const unavailable = unavailability(error);
      if (unavailable) throw unavailable;
      // A policy that raises, or a role that does not exist, refuses.
      this.log('policy_failed', { topic, role, reason: reasonOf(error) });
      return {};
    }
  }
}

/** What policies see in `request.headers`: of a WebSocket request only the `x-` headers. */
export function webSocketHeaders(headers: IncomingHttpHeaders): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-'))),
  );
}
