/** Whether the platform is well: every service is asked at once, and the answer stands for a second. */
import type { Probes } from '../../_shared/probes.ts';

export interface ServiceHealth {
  isUp: boolean;
  /** Milliseconds until it answered, or until nobody waited any more. */
  latency: number;
}

export interface Health {
  /** Down without the database or the cache, degraded without another service. */
  status: 'healthy' | 'degraded' | 'down';
  checkedAt: Date;
  services: Record<keyof Probes, ServiceHealth>;
  /** Clients connected in real time, as far as the database knows. */
  connections: number;
}

const PATIENCE = 2000;
const FRESH_FOR = 1000;

/** However many ask, the services are asked by one at a time. */
export function createHealth(probes: Probes): () => Promise<Health> {
  let current: Promise<Health> | undefined;
  return () => {
    if (!current) {
      current = check(probes);
      void current.finally(() =>
        setTimeout(() => {
          current = undefined;
        }, FRESH_FOR),
      );
    }
    return current;
  };
}

async function check(probes: Probes): Promise<Health> {
  let connections = 0;
  const checkedAt = new Date();
  const [database, cache, storage, realtime, auth] = await Promise.all([
    time(async () => {
      connections = await probes.database();
    }),
    time(probes.cache),
    time(probes.storage),
    time(probes.realtime),
    time(probes.auth),
  ]);
  const isDown = !database.isUp || !cache.isUp;
  const isDegraded = !storage.isUp || !realtime.isUp || !auth.isUp;
  return {
    status: isDown ? 'down' : isDegraded ? 'degraded' : 'healthy',
    checkedAt,
    services: { database, cache, storage, realtime, auth },
    connections,
  };
}

async function time(probe: (signal: AbortSignal) => Promise<unknown>): Promise<ServiceHealth> {
  const start = performance.now();
  const signal = AbortSignal.timeout(PATIENCE);
  const tooLate = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const isUp = await Promise.race([probe(signal), tooLate]).then(
    () => true,
    () => false,
  );
  return { isUp, latency: Math.round((performance.now() - start) * 10) / 10 };
}
