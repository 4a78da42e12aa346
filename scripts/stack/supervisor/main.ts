/** The background process of `npm run stack -- up`: keeps the stack running until it is told to stop. */
import { portBaseFromEnvironment } from '../ports.ts';
import { sentProgress } from '../progress.ts';
import { startStack } from '../stack.ts';

function send(message: object): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...message })}\n`);
  if (process.connected) process.send?.(message);
}

try {
  const stack = await startStack({
    portBase: portBaseFromEnvironment(),
    progress: sentProgress((line) => send({ line })),
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await stack.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  send({ ready: true });
  setInterval(() => {}, 60_000);
} catch (error) {
  send({ failed: (error as Error).message });
  process.exit(1);
}
