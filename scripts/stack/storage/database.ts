/** Runs queries as the caller, as the service, or as a rehearsal that leaves nothing behind. */
import type { IncomingHttpHeaders } from 'node:http';
import postgres from 'postgres';
import { fromDatabase } from './errors.ts';
import type { Caller } from './tokens.ts';

export type Transaction = postgres.TransactionSql;

/** What row-level security may ask about a request, through `current_setting`. */
export interface RequestFacts {
  operation: string;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

export interface Database {
  as<T>(caller: Caller, facts: RequestFacts, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Does the work as the caller and undoes it: it only finds out whether the caller may. */
  rehearse(caller: Caller, facts: RequestFacts, work: (tx: Transaction) => Promise<unknown>): Promise<void>;
  /** For housekeeping outside of any request; sees every row. */
  sql: postgres.Sql;
  close(): Promise<void>;
}

const UNDO = Symbol('undo');

export function openDatabase(url: string, poolSize: number): Database {
  const sql = postgres(url, {
    max: poolSize,
    connect_timeout: 10,
    idle_timeout: 60,
    onnotice: () => {},
    connection: { application_name: 'storage' },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  });

  const as: Database['as'] = async (caller, facts, work) => {
    try {
      return (await sql.begin(async (tx) => {
        await become(tx, caller, facts);
        return work(tx);
      })) as Awaited<ReturnType<typeof work>>;
    } catch (error) {
      throw fromDatabase(error);
    }
  };

  return {
    as,
    async rehearse(caller, facts, work) {
      try {
        await as(caller, facts, async (tx) => {
          await work(tx);
          throw UNDO;
        });
      } catch (error) {
        if (error !== UNDO) throw error;
      }
    },
    sql,
    close: () => sql.end({ timeout: 5 }),
  };
}

/** From here to the end of the transaction its statements run as this caller. */
export async function become(tx: Transaction, caller: Caller, facts: RequestFacts): Promise<void> {
  await tx`
    select
      set_config('role', ${caller.role}, true),
      set_config('request.jwt.claim.role', ${caller.role}, true),
      set_config('request.jwt.claim.sub', ${caller.subject ?? ''}, true),
      set_config('request.jwt', ${caller.token}, true),
      set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}, true),
      set_config('request.headers', ${JSON.stringify(facts.headers)}, true),
      set_config('request.method', ${facts.method}, true),
      set_config('request.path', ${facts.path}, true),
      set_config('storage.operation', ${facts.operation}, true),
      set_config('storage.allow_delete_query', 'true', true)`;
}
