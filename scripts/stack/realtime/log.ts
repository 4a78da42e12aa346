/** Writes one JSON line per event to stderr. */

export type Log = (event: string, fields?: Record<string, unknown>) => void;

export const log: Log = (event, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
};

/** What is worth logging of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
