/**
 * Measures Confab on this machine: `npm run bench` runs every row, `npm run bench -- send` those whose name
 * contains the word. Each row is a ratio of two figures of the same run, so that it holds on any machine.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortBase } from '../stack/ports.ts';
import { terminalProgress } from '../stack/progress.ts';
import { startStack } from '../stack/stack.ts';
import { apiBesideRpc, apiListsStayFlat } from './api.ts';
import { deliver, sendBySize } from './fanout.ts';
import { listsStayFlat, readInSql } from './read.ts';
import type { Row } from './row.ts';
import { search } from './search.ts';
import { sendInSql, sendOverHttp } from './send.ts';
import { benchWorld } from './world.ts';

const BENCHES = {
  'send in SQL': sendInSql,
  'send over HTTP': sendOverHttp,
  'send by size': sendBySize,
  delivery: deliver,
  read: readInSql,
  'lists stay flat': listsStayFlat,
  search,
  'api beside RPC': apiBesideRpc,
  'api lists stay flat': apiListsStayFlat,
};

const wanted = process.argv.slice(2);
const chosen = Object.entries(BENCHES).filter(
  ([name]) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);
if (chosen.length === 0) {
  console.error(`no row is called that; there are: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}

const dir = mkdtempSync(join(tmpdir(), 'confab-bench-'));
const stack = await startStack({
  dir,
  portBase: await freePortBase(),
  progress: terminalProgress(),
  calls: false,
});
const rows: Row[] = [];
try {
  const world = await benchWorld(stack.values);
  for (const [name, bench] of chosen) {
    process.stderr.write(`measuring ${name} …\n`);
    rows.push(...(await bench(world)));
  }
  await world.close();
} finally {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
}

print(rows);
mkdirSync('.confab', { recursive: true });
writeFileSync(
  '.confab/bench.json',
  `${JSON.stringify({ date: new Date().toISOString(), cpus: cpus().length, rows }, null, 2)}\n`,
);

function print(table: Row[]): void {
  const width = Math.max(...table.map((row) => row.name.length));
  for (const { name, figure, target, met } of table) {
    console.log(
      `${name.padEnd(width)}  ${figure.padStart(14)}  ${target ? `target ${target}` : ''}  ${met === undefined ? '' : met ? 'met' : 'MISSED'}`,
    );
  }
  console.log('written to .confab/bench.json');
}
