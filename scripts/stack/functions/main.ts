/** Starts the functions' server with the functions and the variables that the environment names. */
import type { FunctionConfig } from '../config.ts';
import { log, stopOnSignal, variable } from '../process.ts';
import { watchFunctions } from './reload.ts';
import { createFunctionServer } from './server.ts';
import { createWorker, type Worker } from './worker.ts';

const functions = JSON.parse(variable('FUNCTIONS')) as FunctionConfig[];
const environment = JSON.parse(variable('FUNCTION_ENVIRONMENT')) as Record<string, string>;
// Functions with one entry point are one program under several names: one process serves them all.
const programs = new Map<string, Worker>();
const workers = new Map(
  functions.map((config) => {
    const key = JSON.stringify({ ...config, name: '' });
    const worker = programs.get(key) ?? createWorker(config, environment, log);
    programs.set(key, worker);
    return [config.name, worker] as const;
  }),
);
const server = createFunctionServer(workers, variable('JWT_SECRET'), log);

const unwatch = watchFunctions(functions, () => {
  log('changed');
  for (const worker of programs.values()) worker.renew();
});

server.listen(Number(variable('PORT')), '127.0.0.1', async () => {
  log('listening');
  // The first caller should not have to wait for Deno; one after the other, so that the start stays quick.
  for (const worker of programs.values())
    await worker.lease().then(
      ({ release }) => release(),
      () => {},
    );
});

stopOnSignal(server, () => {
  unwatch();
  for (const worker of programs.values()) worker.stop();
});
