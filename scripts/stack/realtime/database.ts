/** The pool of database connections, and what its errors mean to a client. */
import postgres from 'postgres';

export type Database = postgres.Sql;

const STATEMENT_TIMEOUT_MS = 10_000;

export function openPool(databaseUrl: string, size: number): Database {
  return postgres(databaseUrl, {
    max: size,
    connect_timeout: 5,
    backoff: () => 0.2,
    onnotice: () => {},
    connection: {
      application_name: 'realtime',
      // Nothing the pool writes outlives its transaction, so no commit needs to wait for the disk.
      synchronous_commit: 'off',
      statement_timeout: STATEMENT_TIMEOUT_MS,
    },
  });
}

/** A question to the database that got no answer, as opposed to one answered with no. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
  /** Code that precedes the text in the reason of a refused join. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export const CANNOT_CONNECT = 'Realtime was unable to connect to the project database';

/** The error as `DatabaseUnavailable`, or `undefined` when the database did answer, with an error of the query. */
export function unavailability(error: unknown): DatabaseUnavailable | undefined {
  if (error instanceof DatabaseUnavailable) return error;
  const code = (error as { code?: unknown }).code;
  const message = (error as { message?: unknown }).message;
  if (code === '57014') {
    return new DatabaseUnavailable('QueryCanceled', 'Query was cancelled, please try again', error);
  }
  if (code === '53300') {
    return new DatabaseUnavailable(
      'DatabaseLackOfConnections',
      'Database can not accept more connections',
      error,
    );
  }
  if (code === '23514' && String(message).startsWith('no partition of relation')) {
    return new DatabaseUnavailable('MissingPartition', 'Partition for messages table is missing', error);
  }
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  if (isSqlState && !code.startsWith('08') && !code.startsWith('57P')) return undefined;
  return new DatabaseUnavailable('UnableToConnectToProject', CANNOT_CONNECT, error);
}

/** Fails when the pool has no free connection for too long; the question itself goes on unheard. */
export async function answerWithin<T>(ms: number, question: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DatabaseUnavailable('IncreaseConnectionPool', 'Please increase your connection pool size'));
    }, ms);
  });
  try {
    return await Promise.race([question, late]);
  } finally {
    clearTimeout(timer);
  }
}
