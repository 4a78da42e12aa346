/**
 * Plays the recordings of the real Storage server against this one, on a fresh database, and ends with the player's
 * last line and its code. `CONFAB_GOLDENS` is the folder of the recordings, `CONFAB_PORT_BASE` the first port.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { type Harness, ROOT, SECRET, startHarness } from './harness.ts';

/** What the recordings assume of their server. */
const ENVIRONMENT = {
  UPLOAD_FILE_SIZE_LIMIT: '209715200',
  IMAGE_TRANSFORMATION_ENABLED: 'false',
  TUS_URL_PATH: '/upload/resumable',
};

async function play(recordings: string, harness: Harness): Promise<{ output: string; code: number }> {
  // The developer's role makes the policies, as in a project.
  const sql = postgres(harness.databaseUrl('postgres'), { max: 1 });
  await sql.unsafe(readFileSync(join(recordings, 'setup.sql'), 'utf8')).simple();
  await sql.end();
  await harness.start();
  const player = spawn(process.execPath, [join(recordings, 'replay.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      STORAGE_URL: harness.url,
      SERVICE_KEY: await harness.key('service_role'),
      ANON_KEY: await harness.key('anon'),
      JWT_SECRET: SECRET,
      DB_URL: harness.databaseUrl('supabase_admin'),
    },
  });
  let output = '';
  player.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number>((resolve) => player.once('close', (code) => resolve(code ?? 1)));
  return { output, code };
}

const recordings = join(resolve(ROOT, process.env.CONFAB_GOLDENS ?? '../shared/goldens'), 'storage');
if (!existsSync(join(recordings, 'replay.mjs'))) {
  console.error(`unable to play the recordings; there are none in ${recordings}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'confab-storage-'));
const harness = await startHarness(folder, Number(process.env.CONFAB_PORT_BASE ?? 21500), ENVIRONMENT);
const result = await play(recordings, harness).finally(harness.stop);
if (result.code === 0) rmSync(folder, { recursive: true });
else console.log(`logs and data are in ${folder}`);
process.stdout.write(result.output);
process.exitCode = result.code;
