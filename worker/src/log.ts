/** The worker's log: a JSON object a line, on standard output. */

type Level = 'info' | 'warn' | 'error';

export type Log = Record<Level, (message: string, fields?: Record<string, unknown>) => void>;

export function createLog(common: Record<string, unknown> = {}): Log {
  const at =
    (level: Level) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const line = { time: new Date().toISOString(), level, message, ...common, ...fields };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** What a log says of something thrown. */
export const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
