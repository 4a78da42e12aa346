/** Runs PostgreSQL as an ordinary user also where the stack itself runs as root, which PostgreSQL refuses. */

/** As root the server runs as `nobody`, which then owns the folder. */
export function serverUser(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;
}

/**
 * As root, wraps a command so that it runs as `nobody` but still passes through folders that only root may
 * enter (a clone below /root, say): the server checks its user id, not its capabilities.
 */
export function asOrdinaryUser(command: string[]): string[] {
  const user = serverUser();
  if (!user) return command;
  const capability = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'];
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return ['setpriv', ...identity, ...capability, ...command];
}
