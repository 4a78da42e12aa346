/** Installs what is missing before any other command: npm's packages, and those of the edge functions. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = { major: 20, minor: 19 };

refuseOldNode();
if (!isInstalled()) {
  say('Installing the npm packages (once, and again when package-lock.json has changed) …');
  // Not `npm ci`: it insists that the lock file names the optional builds for every platform, and a registry
  // that lacks some of them writes a lock file without these. This installs the locked versions as well.
  run([...npm(), 'install', '--no-save', '--loglevel=error'], 'unable to install the npm packages');
  fetchFunctionPackages();
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor)) return;
  const wanted = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
  fail(
    `Confab needs Node.js ${wanted} or later and this is ${process.versions.node}; get it from https://nodejs.org`,
  );
}

/** npm notes in node_modules what it has put there; optional packages for other machines are missing rightly. */
function isInstalled() {
  const note = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(note, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (!path.startsWith('node_modules/')) return true;
    return present[path] ? present[path].version === version : optional;
  });
}

function npm() {
  return process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
}

/** So that the functions start without a network too. Without one now, the stack tries again when it starts. */
function fetchFunctionPackages() {
  const folder = join(root, 'edge-functions');
  if (!existsSync(folder)) return;
  const files = readdirSync(folder)
    .map((name) => join(folder, name, 'index.ts'))
    .filter(existsSync);
  say("Fetching the functions' packages …");
  spawnSync(process.execPath, [join(root, 'node_modules', 'deno', 'bin.cjs'), 'cache', '--quiet', ...files], {
    cwd: folder,
    stdio: 'inherit',
    // As npm does, trust what the machine trusts: a proxy may have a certificate of its own.
    env: { DENO_TLS_CA_STORE: 'system,mozilla', ...process.env },
  });
}

function run([file, ...args], purpose) {
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (error) fail(`${purpose}; ${error.message}`);
  if (status !== 0) fail(`${purpose}; the lines above say why. The same command tries again`);
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

function fail(sentence) {
  say(sentence);
  process.exit(1);
}
