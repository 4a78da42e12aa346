/** Health and metrics as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import type { Health, ServiceHealth } from '../../core/health.ts';
import { Time } from './values.ts';

const State = z.enum(['up', 'down']);
const Latency = z.number().openapi({ description: 'Milliseconds' });
const Answering = z.object({ status: State, latency: Latency });

export const HealthReport = z
  .object({
    status: z
      .enum(['healthy', 'degraded', 'down'])
      .openapi({ description: 'Down without database or redis, degraded without another service' }),
    uptime: z.number().openapi({ description: 'Seconds since the process that answers began' }),
    version: z.string(),
    timestamp: Time,
    services: z.object({
      database: Answering,
      redis: Answering.openapi({
        description: 'What counts requests and caches, here unlogged tables of Postgres',
      }),
      storage: Answering,
      websocket: Answering.extend({
        connections: z
          .int()
          .openapi({ description: 'Clients that are open, by their beats; 0 without the database' }),
      }),
      auth: Answering.openapi({ description: 'Additive' }),
    }),
  })
  .openapi('Health', {
    example: {
      status: 'healthy',
      uptime: 86400,
      version: '1.0.0',
      timestamp: '2026-11-21T09:30:00.000Z',
      services: {
        database: { status: 'up', latency: 3.1 },
        redis: { status: 'up', latency: 3.4 },
        storage: { status: 'up', latency: 6.2 },
        websocket: { status: 'up', latency: 4.8, connections: 212 },
        auth: { status: 'up', latency: 2.5 },
      },
    },
  });

const toService = ({ isUp, latency }: ServiceHealth): z.infer<typeof Answering> => ({
  status: isUp ? 'up' : 'down',
  latency,
});

export function toHealthReport(
  { status, checkedAt, services, connections }: Health,
  uptime: number,
  version: string,
): z.infer<typeof HealthReport> {
  return {
    status,
    uptime,
    version,
    timestamp: checkedAt.toISOString(),
    services: {
      database: toService(services.database),
      redis: toService(services.cache),
      storage: toService(services.storage),
      websocket: { ...toService(services.realtime), connections },
      auth: toService(services.auth),
    },
  };
}

export const Metrics = z
  .object({
    activeConnections: z
      .int()
      .openapi({ description: 'Of the platform: clients that are open, by their beats' }),
    totalMessages: z.int().openapi({ description: 'Of the platform' }),
    messagesPerSecond: z.number().openapi({ description: 'Of the platform, in the last minute' }),
    averageLatency: z
      .number()
      .openapi({ description: 'Milliseconds, over the last 1,000 requests of the process that answers' }),
    errorRate: z.number().openapi({
      description: 'Per cent of the last 1,000 requests of this process that ended in a status from 500 on',
    }),
    cpuUsage: z.number().openapi({ description: 'Per cent of one processor since this process began' }),
    memoryUsage: z.int().openapi({ description: 'Bytes of this process' }),
  })
  .openapi('Metrics', {
    example: {
      activeConnections: 212,
      totalMessages: 481220,
      messagesPerSecond: 1.25,
      averageLatency: 7.42,
      errorRate: 0,
      cpuUsage: 3.5,
      memoryUsage: 124518400,
    },
  });
