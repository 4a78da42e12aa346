import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { responds } from '../../scripts/stack/context.ts';
import { freePortBase } from '../../scripts/stack/ports.ts';
import type { Progress } from '../../scripts/stack/progress.ts';
import { readState } from '../../scripts/stack/state.ts';
import { stopRunning } from '../../scripts/stack/stop.ts';
import { identify, isAlive } from '../../scripts/stack/supervisor/identity.ts';
import type { ServiceSpec } from '../../scripts/stack/supervisor/service.ts';
import { openSupervisor, type Supervisor } from '../../scripts/stack/supervisor/supervisor.ts';
import { closed } from './upstream.ts';

const PATIENTLY = { timeout: 15_000 };

let dir: string;
let port: number;
let notes: string[];
let progress: Progress;
let opened: Supervisor[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'confab-supervisor-'));
  port = await freePortBase();
  notes = [];
  progress = { step: (_title, work) => work(), note: (text) => notes.push(text) };
  opened = [];
});

afterEach(async () => {
  for (const supervisor of opened) await supervisor.stop();
  rmSync(dir, { recursive: true });
});

async function open(): Promise<Supervisor> {
  const supervisor = await openSupervisor(dir, port, progress);
  opened.push(supervisor);
  return supervisor;
}

const SERVE = `require('http').createServer((_, response) => response.end('up')).listen(Number(process.argv[1]), '127.0.0.1')`;

function service(program = SERVE, at = port): ServiceSpec {
  return {
    name: 'Toy',
    command: [process.execPath, '-e', program, String(at)],
    ports: [at],
    logFile: join(dir, 'toy.log'),
    isReady: () => responds(`http://127.0.0.1:${at}`),
  };
}

function pidOf(name: string): number {
  const pid = readState(dir)?.processes[name]?.pid;
  if (pid === undefined) throw new Error(`${name} does not run`);
  return pid;
}

describe('a service', () => {
  it('that is killed is started again, and the user is told', async () => {
    await (await open()).run(service());
    const before = pidOf('Toy');
    process.kill(before, 'SIGKILL');
    await expect
      .poll(() => notes, PATIENTLY)
      .toEqual([expect.stringMatching(/^Toy ended unexpectedly \(SIGKILL\)/), 'Toy is back']);
    expect(pidOf('Toy')).not.toBe(before);
  });

  it('that ends at once is reported with the end of its log', async () => {
    const broken = service(`console.error('no such table'); process.exit(3)`);
    await expect((await open()).run(broken)).rejects.toThrow(
      /unable to start Toy; it ended at once[\s\S]*no such table/,
    );
  });

  it('whose port is taken is refused with the name of the holder', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    const refusal = new RegExp(`port ${port} is taken by process ${process.pid} `);
    await expect((await open()).run(service())).rejects.toThrow(refusal);
    await closed(holder);
  });

  it('that ignores the signal to end is killed with its children', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); const child = require('child_process').spawn('sleep', ['600']); require('fs').writeFileSync(${JSON.stringify(join(dir, 'child'))}, String(child.pid)); ${SERVE}`;
    const supervisor = await open();
    await supervisor.run({ ...service(stubborn), stopWithin: 200 });
    const child = identify(Number(readFileSync(join(dir, 'child'), 'utf8')));
    await supervisor.stop();
    expect(child && isAlive(child)).toBe(false);
  });
});

describe('a folder', () => {
  it('whose stack runs is not taken by a second one', async () => {
    await open();
    await expect(openSupervisor(dir, port, progress)).rejects.toThrow(/already runs \(process \d+\)/);
  });

  it('of a killed stack is taken over, and what it left is ended', async () => {
    const orphan = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const left = identify(orphan.pid ?? 0);
    const gone = { pid: 2 ** 22 + 1, started: 'never' };
    writeFileSync(
      join(dir, 'state.json'),
      JSON.stringify({ phase: 'running', portBase: port, supervisor: gone, processes: { Toy: left } }),
    );
    await open();
    expect(left && isAlive(left)).toBe(false);
    expect(notes).toEqual(['Ended what an earlier run had left: Toy']);
  });

  it('never makes the stack kill a program that merely has the number of an old one', async () => {
    const bystander = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const pid = bystander.pid ?? 0;
    const old = { pid, started: 'long ago' };
    writeFileSync(
      join(dir, 'state.json'),
      JSON.stringify({ phase: 'running', portBase: port, supervisor: old, processes: { Toy: old } }),
    );
    await open();
    await stopRunning(`${dir}-none`);
    expect(identify(pid)).toBeDefined();
    bystander.kill();
  });

  it('with a state cut short by a crash is usable', async () => {
    writeFileSync(join(dir, 'state.json'), '{"phase": "runn');
    await (await open()).run(service());
    expect(pidOf('Toy')).toBeGreaterThan(0);
  });
});

it('services end when the supervisor is killed', { timeout: 30_000 }, async () => {
  const program = `
    import { openSupervisor } from ${JSON.stringify(new URL('../../scripts/stack/supervisor/supervisor.ts', import.meta.url).href)};
    const { step, note } = { step: (title, work) => work(), note() {} };
    const supervisor = await openSupervisor(${JSON.stringify(dir)}, ${port}, { step, note });
    await supervisor.run({
      name: 'Toy', command: ['sleep', '600'], ports: [], logFile: ${JSON.stringify(join(dir, 'toy.log'))}, isReady: async () => true,
    });
    console.log('ready');
  `;
  const tsx = import.meta.resolve('tsx');
  const child = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const toy = readState(dir)?.processes.Toy;
  expect(toy && isAlive(toy)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => toy && isAlive(toy), PATIENTLY).toBe(false);
});
