/** Runs tasks whenever rows may be due: when SQL wakes it, by the clock, and once at the start for what came before. */
import { Logger, parseCronItems, run } from 'graphile-worker';
import pg from 'pg';
import { createLog, type Log, reasonOf } from './log.ts';
import { prepareQueue } from './queue.ts';
import type { Settings } from './settings.ts';
import type { Context, Task } from './task.ts';

export interface Worker {
  /** Begins nothing new and resolves when what runs has ended. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on. */
  ended: Promise<void>;
}

export async function startWorker(settings: Settings, tasks: Task[], log: Log): Promise<Worker> {
  const pool = new pg.Pool({
    connectionString: settings.databaseUrl,
    // One listens for jobs, one hands them out.
    max: settings.concurrency + 2,
    application_name: 'confab-worker',
  });
  // Idle ones and those in use: a new one takes its place, and what it was doing is done at the next sweep.
  const onBreak = ({ message }: Error) => log.warn('a connection to the database broke', { reason: message });
  pool.on('error', onBreak).on('connect', (client) => client.on('error', onBreak));
  const stopping = new AbortController();

  await prepareQueue(pool);
  const runner = await run({
    pgPool: pool,
    concurrency: settings.concurrency,
    noHandleSignals: true,
    logger: new Logger((scope) => (level, message) => {
      const where = scope.taskIdentifier === undefined ? {} : { task: scope.taskIdentifier };
      if (level === 'error') log.error(message, where);
      else if (level === 'warning') log.warn(message, where);
    }),
    taskList: Object.fromEntries(
      tasks.map((task) => [task.name, () => perform(task, { pool, settings, signal: stopping.signal })]),
    ),
    parsedCronItems: parseCronItems(
      tasks.map((task) => ({ task: task.name, match: task.sweep, options: { ...ONCE, ...sweepKey(task) } })),
    ),
  });
  // Whatever became due while no worker ran.
  for (const task of tasks) await runner.addJob(task.name, {}, { ...ONCE, ...sweepKey(task) });

  return {
    async stop() {
      stopping.abort();
      await runner.stop();
      await pool.end();
    },
    ended: runner.promise,
  };
}

/** A job only wakes: what failed is still due, and the next sweep finds it. */
const ONCE = { maxAttempts: 1 };

/** One waiting sweep is enough, however many workers ask for it. */
const sweepKey = ({ name }: Task) => ({ jobKey: `sweep:${name}` });

async function perform(
  task: Task,
  { pool, settings, signal }: { pool: pg.Pool } & Pick<Context, 'settings' | 'signal'>,
): Promise<void> {
  const log = createLog({ task: task.name });
  const query: Context['query'] = async (statement, values) => (await pool.query(statement, values)).rows;
  try {
    await task.run({ query, settings, log, signal });
  } catch (error) {
    log.error('the task failed', { reason: reasonOf(error) });
  }
}
