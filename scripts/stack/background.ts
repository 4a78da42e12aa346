/** The process behind `npm run stack -- up`: keeps the stack running until it is told to stop. */
import { portBaseFromEnvironment } from './ports.ts';
import { linesProgress } from './progress.ts';
import { startStack } from './stack.ts';

/** What the waiting command is told. */
export type Message = { line: string } | { ready: true } | { failed: string };

function tell(message: Message): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...message })}\n`);
  if (process.connected) process.send?.(message);
}

const interrupt = new AbortController();
const giveUp = () => interrupt.abort();
process.once('disconnect', giveUp);
// The command may have gone before this process came so far.
if (!process.connected) giveUp();
process.once('SIGTERM', giveUp);
process.once('SIGINT', giveUp);

try {
  const stack = await startStack({
    portBase: portBaseFromEnvironment(),
    progress: linesProgress((line) => tell({ line })),
    signal: interrupt.signal,
  });
  // From here on the command may go; the stack stays.
  process.off('disconnect', giveUp);
  const stop = () => void stack.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  tell({ ready: true });
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
