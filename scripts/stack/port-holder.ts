/** Says in words which process holds a TCP port: from /proc on Linux, otherwise from lsof. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandLine } from './supervisor/identity.ts';

export function portHolder(port: number): string | undefined {
  try {
    return process.platform === 'linux' ? fromProc(port) : fromLsof(port);
  } catch {
    // Not knowing the holder must not hide that the port is taken.
    return undefined;
  }
}

function fromProc(port: number): string | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => inodes(file, port)));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((target) => sockets.has(target))) return describe(Number(pid));
  }
  return undefined;
}

function inodes(file: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix))
    .map((fields) => `socket:[${fields[9]}]`);
}

function openFiles(pid: string): string[] {
  return orNothing(() => readdirSync(`/proc/${pid}/fd`)).flatMap((fd) =>
    orNothing(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)]),
  );
}

/** Processes and their files may go while one looks, and those of other users are not to be seen. */
function orNothing(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}

function fromLsof(port: number): string | undefined {
  const pid = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`], { encoding: 'utf8' }).split('\n')[0];
  return pid ? describe(Number(pid)) : undefined;
}

function describe(pid: number): string {
  const command = commandLine(pid) ?? 'unknown';
  return `process ${pid} (${command.length > 80 ? `${command.slice(0, 79)}…` : command})`;
}
