/** What monitoring asks: health and metrics (ConnectBest 8.6, 8.7). */
import process from 'node:process';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, refuseInvalid } from '../../_shared/http.ts';
import type { Metrics as Measured } from '../../_shared/metrics.ts';
import { createHealth } from '../core/health.ts';
import { readMetrics } from '../core/operations.ts';
import type { Deps } from '../deps.ts';
import { HealthReport, Metrics, toHealthReport } from '../dialects/connectbest/operations.ts';
import { VERSION } from '../version.ts';

const health = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'checkHealth',
  summary: 'Whether the platform is well',
  description: 'Really asks every service, each for at most two seconds; the answer stands for a second.',
  tags: ['Operations'],
  responses: {
    200: jsonAnswer('Healthy, or degraded: a service that is not critical is down', HealthReport),
    503: jsonAnswer('Down: database or cache do not answer', HealthReport),
  },
});

const metrics = createRoute({
  ...signedIn,
  method: 'get',
  path: '/metrics',
  operationId: 'readMetrics',
  summary: 'How much goes on',
  description:
    'As JSON, or as text for Prometheus: with `?format=prometheus`, or where `Accept` names text/plain and not JSON. Where several processes answer, each tells of its own requests, processor and memory.',
  tags: ['Operations'],
  request: { query: z.object({ format: z.enum(['json', 'prometheus']).optional() }) },
  responses: {
    200: {
      description: 'The metrics',
      content: {
        'application/json': { schema: Metrics },
        'text/plain': {
          schema: z.string().openapi({
            example:
              '# HELP confab_messages Messages of the platform\n# TYPE confab_messages gauge\nconfab_messages 481220\n',
          }),
        },
      },
    },
    ...errorAnswers({ 403: ['The caller is no admin of the platform', 'not_an_admin'] }),
  },
});

export function operationsRoutes({ supabase, probes }: Deps, measured: Measured) {
  const checkHealth = createHealth(probes);
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(health, async (c) => {
      const found = await checkHealth();
      const report = toHealthReport(found, Math.round(process.uptime()), VERSION);
      return c.json(report, found.status === 'down' ? 503 : 200);
    })
    .openapi(metrics, async (c) => {
      const platform = await readMetrics(supabase.asCaller(c.var.caller.token));
      const { format = preferredFormat(c.req.header('accept')) } = c.req.valid('query');
      if (format === 'json') return c.json({ ...platform, ...measured.process() }, 200);
      return c.text(await measured.text(platform), 200, {
        'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      });
    });
}

/** Clients for JSON often take text as well, scrapers never JSON. */
const preferredFormat = (accept = '') =>
  accept.includes('text/plain') && !accept.includes('application/json') ? 'prometheus' : 'json';
