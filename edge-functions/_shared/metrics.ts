/** Measures the requests of this process and the process itself, for people and for Prometheus. */
import process from 'node:process';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface ProcessFigures {
  /** Milliseconds, over the last requests. */
  averageLatency: number;
  /** Per cent of the last requests that failed on our side. */
  errorRate: number;
  /** Per cent of one processor since the process began. */
  cpuUsage: number;
  /** Bytes. */
  memoryUsage: number;
}

export interface PlatformFigures {
  activeConnections: number;
  totalMessages: number;
  messagesPerSecond: number;
}

const RECENT = 1000;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'confab_http_request_duration_seconds',
    help: 'Requests of this process by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const connections = gauge(
    'confab_active_connections',
    'Clients of the platform that are open, by their beats',
  );
  const messages = gauge('confab_messages', 'Messages of the platform');
  const rate = gauge('confab_messages_per_second', 'Messages of the platform in the last minute, per second');
  const memory = gauge('process_resident_memory_bytes', 'Memory of this process');
  const start = gauge('process_start_time_seconds', 'When this process began');
  const cpu = new Counter({ name: 'process_cpu_seconds_total', help: 'CPU time of this process', registers });
  start.set(Date.now() / 1000 - process.uptime());

  // The last requests, and where the next one goes.
  const recent: { seconds: number; isError: boolean }[] = [];
  let next = 0;

  return {
    observe: createMiddleware(async (c, done) => {
      const begin = performance.now();
      await done();
      const seconds = (performance.now() - begin) / 1000;
      const { status } = c.res;
      // As it is declared, and only methods that there are: strangers must not be able to make up series.
      const route = routePath(c, -1);
      const method = METHODS.includes(c.req.method) ? c.req.method : 'other';
      requests.observe({ method, route, status }, seconds);
      recent[next] = { seconds, isError: status >= 500 };
      next = (next + 1) % RECENT;
    }),

    process(): ProcessFigures {
      const count = Math.max(1, recent.length);
      const total = recent.reduce((sum, { seconds }) => sum + seconds, 0);
      const errors = recent.filter(({ isError }) => isError).length;
      return {
        averageLatency: round((total / count) * 1000),
        errorRate: round((errors / count) * 100),
        cpuUsage: round((cpuSeconds() / process.uptime()) * 100),
        memoryUsage: process.memoryUsage().rss,
      };
    },

    /** In the text format of Prometheus, version 0.0.4. */
    text(platform: PlatformFigures): Promise<string> {
      connections.set(platform.activeConnections);
      messages.set(platform.totalMessages);
      rate.set(platform.messagesPerSecond);
      memory.set(process.memoryUsage().rss);
      cpu.reset();
      cpu.inc(cpuSeconds());
      return registry.metrics();
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const round = (value: number) => Math.round(value * 100) / 100;
