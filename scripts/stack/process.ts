/** What the stack's own servers share as processes: variables, log lines and an orderly end. */
import type { Server } from 'node:http';

export function variable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  log('failed', { reason: `unable to start; the variable ${name} is not set` });
  return process.exit(1);
}

export function log(event: string, details: object = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`);
}

/** Ends the process on SIGTERM or SIGINT: open requests get a moment, then their connections are cut. */
export function stopOnSignal(server: Server, cleanUp: () => void = () => {}): void {
  server.once('error', (error) => {
    log('failed', { reason: error.message });
    process.exit(1);
  });
  const stop = () => {
    log('stopping');
    cleanUp();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 1500).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
