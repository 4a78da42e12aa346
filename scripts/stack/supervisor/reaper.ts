/** Ends the services when their supervisor is gone: at once by a watching shell, or before the next start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { isAlive, type ProcessIdentity } from './identity.ts';

export interface Reaper {
  watch(pid: number, signal: NodeJS.Signals): void;
  forget(pid: number): void;
  /** Ends the watching shell; every service must have ended before. */
  close(): void;
}

/**
 * Lists processes line by line. When its input ends, which happens however the supervisor dies, it signals
 * those still listed, and ten seconds later kills their groups.
 */
const SCRIPT = `
list=
while read -r action pid signal; do
  rest=
  for entry in $list; do [ "\${entry%%:*}" = "$pid" ] || rest="$rest $entry"; done
  list=$rest
  [ "$action" = watch ] && list="$list $pid:$signal"
done
for entry in $list; do kill -s "\${entry#*:}" "\${entry%%:*}" 2>/dev/null; done
for wait in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for entry in $list; do kill -0 "\${entry%%:*}" 2>/dev/null && left=yes; done
  [ -z "$left" ] && break
  sleep 1
done
for entry in $list; do kill -s KILL -- "-\${entry%%:*}" 2>/dev/null; done
exit 0
`;

export function startReaper(): Reaper {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  // Without its shell the stack still works; left-over services are then found by the next start.
  shell.stdin?.on('error', () => {});
  const write = (line: string) => shell.stdin?.write(`${line}\n`);
  return {
    watch: (pid, signal) => write(`watch ${pid} ${signal.replace(/^SIG/, '')}`),
    forget: (pid) => write(`forget ${pid} -`),
    close: () => shell.stdin?.end(),
  };
}

/** Ends processes of an earlier run that are still there, as an unclean end may leave them. */
export async function reapLeftovers(processes: Record<string, ProcessIdentity>): Promise<string[]> {
  const left = Object.entries(processes).filter(([, identity]) => isAlive(identity));
  const signals = ['SIGTERM', 'SIGINT', 'SIGKILL'] as const;
  for (const signal of signals) {
    for (const [, identity] of left) if (isAlive(identity)) signalGroup(identity.pid, signal);
    const deadline = performance.now() + 5000;
    while (left.some(([, identity]) => isAlive(identity)) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return left.map(([name]) => name);
}

/** Every service leads a group of its own, so its children go with it. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
