/** Which port each service has, and what to do when another program holds one. */
import { createServer } from 'node:net';
import { portHolder } from './port-holder.ts';

export const DEFAULT_PORT_BASE = 54321;

const OFFSETS = {
  gateway: 0,
  postgres: 1,
  mail: 3,
  smtp: 4,
  auth: 5,
  rest: 6,
  realtime: 7,
  storage: 8,
  doors: 9,
  functions: 10,
  restAdmin: 11,
  livekit: 12,
  livekitTcp: 13,
  livekitUdp: 14,
  web: 15,
  worker: 16,
} as const;

/** How many consecutive ports a stack may use. */
export const PORT_RANGE = 20;

export type Ports = Record<keyof typeof OFFSETS, number>;

/** Where the default base is used, LiveKit and Vite keep the ports by which everybody knows them. */
export function portsFrom(base: number): Ports {
  const entries = Object.entries(OFFSETS).map(([name, offset]) => [name, base + offset]);
  const ports = Object.fromEntries(entries) as Ports;
  return base === DEFAULT_PORT_BASE
    ? { ...ports, livekit: 7880, livekitTcp: 7881, livekitUdp: 7882, web: 5173 }
    : ports;
}

export function portBaseFromEnvironment(): number {
  const text = process.env.CONFAB_PORT_BASE;
  if (text === undefined || text === '') return DEFAULT_PORT_BASE;
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65535 - PORT_RANGE) {
    throw new Error(
      `unable to use CONFAB_PORT_BASE=${text}; it must be a whole number from 1024 to ${65535 - PORT_RANGE}`,
    );
  }
  return base;
}

/**
 * Waits until a port is free. The default ports lie among those the system hands to outgoing connections,
 * so one may be held for a moment by a program that knows nothing of it.
 */
export async function untilFree(port: number, service: string, patience = 5000): Promise<void> {
  const deadline = performance.now() + patience;
  while (!(await isFree(port))) {
    if (performance.now() > deadline) {
      const holder = portHolder(port);
      throw new Error(
        `unable to start ${service}; port ${port} is taken${holder ? ` by ${holder}` : ''}. ` +
          'End that program, or move all ports of the stack with CONFAB_PORT_BASE=<first port>',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A base whose whole range is free and lies below the ports of outgoing connections. */
export async function freePortBase(): Promise<number> {
  const first = 20000 + Math.floor(Math.random() * 500) * PORT_RANGE;
  for (let base = first; base < 32768 - PORT_RANGE; base += PORT_RANGE) {
    const used = Object.values(OFFSETS).map((offset) => base + offset);
    if ((await Promise.all(used.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('unable to find free ports; none of the ranges from 20000 to 32768 is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
