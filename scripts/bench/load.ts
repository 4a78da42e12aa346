/** The two ways of making load: pgbench for SQL, keep-alive connections for HTTP. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);

/** Transactions per second of a pgbench script, or undefined where pgbench is not installed. */
export function pgbench(
  databaseUrl: string,
  script: string,
  options: { clients: number; settings?: Record<string, string> },
): number | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'confab-pgbench-'));
  const file = join(dir, 'script.sql');
  writeFileSync(file, script);
  const settings = Object.entries(options.settings ?? {}).map(
    ([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`,
  );
  try {
    const output = execFileSync(
      'pgbench',
      [
        '-n',
        '-M',
        'prepared',
        '-c',
        `${options.clients}`,
        '-j',
        '2',
        '-T',
        `${SECONDS}`,
        '-f',
        file,
        databaseUrl,
      ],
      {
        encoding: 'utf8',
        env: { ...process.env, PGOPTIONS: settings.join(' ') },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    return Number(/tps = ([\d.]+)/.exec(output)?.[1]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export interface HttpLoad {
  perSecond: number;
  p50: number;
  p99: number;
}

export interface Call {
  url: string;
  headers: Record<string, string>;
  /** Posted as JSON; without one the call is a GET. */
  body?: unknown;
}

interface Load {
  clients: number;
  /** Any other ends the run. */
  status: number;
  /** Milliseconds from one call of a client to its next; without it each waits for the answer only. */
  pace?: number;
  seconds?: number;
}

/** Posts `body(client, n)` as `headers(client)` over `clients` connections. */
export function httpLoad(
  url: string,
  headers: (client: number) => Record<string, string>,
  body: (client: number, n: number) => unknown,
  options: Load,
): Promise<HttpLoad> {
  return callLoad((client, n) => ({ url, headers: headers(client), body: body(client, n) }), options);
}

/** Makes `make(client, n)` over `clients` connections. */
export async function callLoad(
  make: (client: number, n: number) => Call,
  { clients, status, pace = 0, seconds = SECONDS }: Load,
): Promise<HttpLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  let n = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      // Paced clients do not all begin at once.
      let next = start + (pace * client) / clients;
      for (; next < end; next = Math.max(next + pace, performance.now())) {
        await until(next);
        const before = performance.now();
        const call = make(client, n++);
        const answer = await perform(agent, call);
        if (answer.status !== status)
          throw new Error(`unable to measure ${call.url}; it answered ${answer.status} ${answer.text}`);
        times.push(performance.now() - before);
      }
    }),
  );
  const duration = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / duration, p50: at(0.5), p99: at(0.99) };
}

async function until(moment: number): Promise<void> {
  const wait = moment - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}

function perform(agent: Agent, { url, headers, body }: Call): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const call = request(
      url,
      {
        agent,
        method: content === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          ...(content !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(content),
          }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    call.on('error', reject);
    call.end(content);
  });
}
