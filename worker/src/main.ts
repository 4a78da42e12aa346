/** The worker as a program: runs until it is told to stop; any number of copies may run. */
import { createServer } from 'node:http';
import { createLog, reasonOf } from './log.ts';
import { readSettings } from './settings.ts';
import { tasks } from './tasks/index.ts';
import { startWorker } from './worker.ts';

const log = createLog();
try {
  const settings = readSettings();
  const worker = await startWorker(settings, tasks, log);
  const health = createServer((_request, response) => response.end('ok\n'));
  if (settings.healthPort) health.listen(settings.healthPort);

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    log.info('the worker stops');
    health.close();
    await worker.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
  log.info('the worker runs', { tasks: tasks.map(({ name }) => name) });
  await worker.ended;
  // Also when it ended by itself: whoever watches over it starts it again.
  if (!isStopping) throw new Error('the worker ended without being told to');
} catch (error) {
  log.error('the worker cannot go on', { reason: reasonOf(error) });
  process.exit(1);
}
