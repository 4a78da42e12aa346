/** Installs the npm packages when they are missing or the lock file has changed. Runs before every npm command. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];

const version = process.versions.node.split('.').map(Number);
if (version[0] < OLDEST_NODE[0] || (version[0] === OLDEST_NODE[0] && version[1] < OLDEST_NODE[1])) {
  fail(
    `Confab needs Node.js ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node} (https://nodejs.org)`,
  );
}

const stamp = join(root, 'node_modules', '.confab-installed');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const wanted = `${lock} ${process.platform} ${process.arch}`;
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) install();

function install() {
  process.stderr.write('Installing the npm packages (once, and after a change of package-lock.json) …\n');
  const npm = process.env.npm_execpath;
  const [file, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(file, [...args, 'ci', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) fail(`unable to install the npm packages; ${error.message}`);
  if (status !== 0)
    fail('unable to install the npm packages; see the lines above, then run the same command again');
  writeFileSync(stamp, wanted);
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
