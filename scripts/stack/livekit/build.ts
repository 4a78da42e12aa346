/** Builds LiveKit's server once, from the Go module that go.mod pins, into a cache outside the repository. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../progress.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';

const PACKAGE = 'github.com/livekit/livekit-server/cmd/server';
const folder = dirname(fileURLToPath(import.meta.url));

/** Where the server of this version is, or will be. */
export function livekitBinary(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(folder, file)));
  const version = hash.digest('hex').slice(0, 16);
  return join(cacheDir(), `livekit-server-${version}-${process.platform}-${process.arch}`);
}

export async function buildLivekit(
  supervisor: Supervisor,
  logFile: string,
  progress: Progress,
): Promise<void> {
  const binary = livekitBinary();
  const go = findGo();
  if (!go) {
    throw new Error(
      'Calls are off: they need Go to build LiveKit once. Install it from https://go.dev/dl and start again',
    );
  }
  progress.note('LiveKit is being built, once, which takes about two minutes; calls work from then on');
  mkdirSync(dirname(binary), { recursive: true });
  const draft = `${binary}.${process.pid}`;
  await supervisor.runTask({
    purpose: 'build LiveKit',
    // The rest of the stack and its user go first.
    command: ['nice', go, 'build', '-trimpath', '-o', draft, PACKAGE],
    env: goEnvironment(),
    cwd: folder,
    logFile,
  });
  renameSync(draft, binary);
}

function findGo(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/go/bin'];
  return folders.map((path) => join(path, 'go')).find((file) => existsSync(file));
}

function goEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name, value]) => name.startsWith('GO') && value !== undefined,
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

function cacheDir(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/confab');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'confab');
}
