/** The command `npm start`: the stack with demo data and the example app, until Ctrl-C. */
import { portBaseFromEnvironment } from './stack/ports.ts';
import { terminalProgress } from './stack/progress.ts';
import { startStack } from './stack/stack.ts';
import { formatStatus } from './stack/status.ts';
import { Interrupted } from './stack/supervisor/interrupted.ts';
import { webService, webUrl } from './web.ts';

const progress = terminalProgress();
const interrupt = new AbortController();
// npm and tsx pass a signal on that the terminal has sent to all of them, so it may come more than once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

async function main(): Promise<void> {
  const { signal } = interrupt;
  const stack = await startStack({ portBase: portBaseFromEnvironment(), seed: true, progress, signal });
  signal.addEventListener('abort', () => {
    progress.note('Stopping …');
    void stack.stop();
  });
  try {
    if (signal.aborted) return;
    await stack.run(webService(stack));
    process.stdout.write(`\n${formatStatus(stack.values, 'pretty')}\n`);
    process.stdout.write(
      `Open ${webUrl(stack)} · mails at ${stack.values.MAIL_URL} · Ctrl-C stops everything\n`,
    );
    await new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', resolve);
    });
  } finally {
    await stack.stop();
  }
}

process.exitCode = await main().then(
  () => 0,
  (error: Error) => {
    progress.note(error instanceof Interrupted ? 'Stopped.' : error.message);
    return error instanceof Interrupted ? 130 : 1;
  },
);
