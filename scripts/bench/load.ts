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

/** Posts `body(client, n)` as `headers(client)` over `clients` connections; any status but the expected one ends the run. */
export async function httpLoad(
  url: string,
  headers: (client: number) => Record<string, string>,
  body: (client: number, n: number) => unknown,
  options: { clients: number; status: number },
): Promise<HttpLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const times: number[] = [];
  let n = 0;
  const start = performance.now();
  const end = start + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: options.clients }, async (_, client) => {
      while (performance.now() < end) {
        const before = performance.now();
        const { status, text } = await post(agent, url, headers(client), JSON.stringify(body(client, n++)));
        if (status !== options.status)
          throw new Error(`unable to measure ${url}; it answered ${status} ${text}`);
        times.push(performance.now() - before);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) };
}

function post(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
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
    call.end(body);
  });
}
