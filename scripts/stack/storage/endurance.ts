/**
 * Measures what the recordings cannot: that memory stays flat under many large uploads at once, and that `kill -9` in
 * the middle of uploads leaves nothing half. Ends with code 1 where it does not hold. `CONFAB_PORT_BASE` is the first port.
 */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { ended, type Harness, startHarness } from './harness.ts';

const UPLOADS = 20;
const UPLOAD_BYTES = 100 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024, 'x');
/** What the server may take beyond its size at rest; one upload held in memory would be as much. */
const GROWTH_MB = 100;
const KILLS = 10;
const BUCKET = 'endurance';

interface Client {
  harness: Harness;
  headers: Record<string, string>;
}

/** Resident memory of a process in MB; Linux only. */
function memoryOf({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** Sends a body of this size as fast as it is taken. */
async function sendLarge(
  { harness, headers }: Client,
  path: string,
  own: Record<string, string>,
): Promise<void> {
  let left = UPLOAD_BYTES / CHUNK.length;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) controller.close();
      else controller.enqueue(CHUNK);
      left -= 1;
    },
  });
  const request = { method: 'POST', headers: { ...headers, ...own }, body, duplex: 'half' };
  const response = await fetch(`${harness.url}${path}`, request as RequestInit);
  if (!response.ok) throw new Error(`an upload failed with ${response.status}: ${await response.text()}`);
}

async function memoryStaysFlat(client: Client, server: ChildProcess): Promise<boolean> {
  const atRest = memoryOf(server);
  let holds = true;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const kinds: Record<string, (n: number) => Promise<void>> = {
    standard: (n) => sendLarge(client, `/object/${BUCKET}/large-${n}`, { 'x-upsert': 'true' }),
    resumable: (n) =>
      sendLarge(client, '/upload/resumable', {
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-length': String(UPLOAD_BYTES),
        'upload-metadata': `bucketName ${base64(BUCKET)},objectName ${base64(`resumable-${n}`)}`,
      }),
  };
  for (const [kind, upload] of Object.entries(kinds)) {
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, memoryOf(server));
    }, 50);
    const start = Date.now();
    await Promise.all(Array.from({ length: UPLOADS }, (_, n) => upload(n)));
    clearInterval(timer);
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    console.log(
      `${UPLOADS} ${kind} uploads of 100 MB in ${seconds} s: ${atRest} MB at rest, ${peak} MB at most`,
    );
    holds &&= peak - atRest <= GROWTH_MB;
  }
  return holds;
}

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

/** Overwrites a few objects without pause. `known` gets what each may hold: what was confirmed, or sent since. */
async function overwrite(client: Client, worker: number, known: Map<string, Set<string>>): Promise<void> {
  for (let round = 0; ; round += 1) {
    const key = `object-${worker}-${round % 3}`;
    const bytes = Buffer.alloc(Math.floor(Math.random() * 5_000_000), `${worker} ${round} ${Math.random()} `);
    const sums = known.get(key) ?? new Set(['none']);
    known.set(key, sums.add(md5(bytes)));
    try {
      const headers = { ...client.headers, 'x-upsert': 'true' };
      const request = { method: 'POST', headers, body: bytes };
      const response = await fetch(`${client.harness.url}/object/${BUCKET}/${key}`, request);
      if (response.ok) known.set(key, new Set([md5(bytes)]));
      await response.text();
    } catch {
      return;
    }
  }
}

/** What is wrong after a restart: objects with other bytes than sent, rows without a file, files without a row. */
async function problemsOf(
  client: Client,
  sql: postgres.Sql,
  known: Map<string, Set<string>>,
): Promise<string[]> {
  const { harness, headers } = client;
  const problems: string[] = [];
  for (const [key, sums] of known) {
    const response = await fetch(`${harness.url}/object/${BUCKET}/${key}`, { headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const sum = response.ok ? md5(bytes) : 'none';
    if (!sums.has(sum)) problems.push(`${key} holds what nobody sent`);
    known.set(key, new Set([sum]));
  }
  const rows = await sql<{ version: string }[]>`select version from storage.objects`;
  const versions = new Set(rows.map(({ version }) => version));
  const files = new Set(readdirSync(join(harness.files, 'objects')));
  for (const version of versions) if (!files.has(version)) problems.push(`row ${version} has no file`);
  for (const file of files) if (!versions.has(file)) problems.push(`file ${file} has no row`);
  for (const file of readdirSync(join(harness.files, 'incoming'))) problems.push(`${file} is left over`);
  return problems;
}

async function survivesKills(client: Client, first: ChildProcess): Promise<boolean> {
  const sql = postgres(client.harness.databaseUrl('supabase_admin'), { max: 1 });
  const known = new Map<string, Set<string>>();
  const problems: string[] = [];
  let server = first;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const workers = Array.from({ length: 8 }, (_, worker) => overwrite(client, worker, known));
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1000));
    await ended(server, 'SIGKILL');
    await Promise.all(workers);
    server = await client.harness.start();
    problems.push(...(await settled(() => problemsOf(client, sql, known))));
  }
  await sql.end();
  for (const problem of problems) console.log(problem);
  console.log(
    `${KILLS} times kill -9 while 8 clients overwrote ${known.size} objects: ${problems.length} problems`,
  );
  return problems.length === 0;
}

/** The sweep after a start takes a moment. */
async function settled(find: () => Promise<string[]>): Promise<string[]> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const problems = await find();
    if (problems.length === 0 || Date.now() > deadline) return problems;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'confab-storage-'));
const portBase = Number(process.env.CONFAB_PORT_BASE ?? 21500);
const harness = await startHarness(folder, portBase, { UPLOAD_FILE_SIZE_LIMIT: String(UPLOAD_BYTES) });
try {
  const server = await harness.start();
  const client = { harness, headers: { authorization: `Bearer ${await harness.key('service_role')}` } };
  await fetch(`${harness.url}/bucket`, {
    method: 'POST',
    headers: { ...client.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: BUCKET }),
  });
  const flat = await memoryStaysFlat(client, server);
  const whole = await survivesKills(client, server);
  process.exitCode = flat && whole ? 0 : 1;
} finally {
  await harness.stop();
  rmSync(folder, { recursive: true });
}
