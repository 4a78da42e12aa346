/** Mounts the documents that the API serves, and what all of them share. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { createActivity } from '../_shared/activity.ts';
import {
  dropEmptyQuery,
  limitBody,
  notFound,
  onError,
  provide,
  refuseMethod,
  translating,
} from '../_shared/http.ts';
import { requirePlainJson } from '../_shared/json.ts';
import { createLimits } from '../_shared/limits.ts';
import { logRequests } from '../_shared/log.ts';
import { createMetrics, type Metrics } from '../_shared/metrics.ts';
import { boundProbes } from '../_shared/probing.ts';
import { httpsOnly, secureHeaders } from '../_shared/security.ts';
import { followTrace } from '../_shared/trace.ts';
import type { Deps } from './deps.ts';
import { describeAll } from './description.ts';
import { type Served, serve } from './dialect.ts';
import { translateError } from './dialects/connectbest/errors.ts';
import { DIALECTS } from './dialects/index.ts';
import { docsRoutes } from './docs/routes.ts';
import type { Description } from './openapi-types.ts';
import { adminRoutes } from './routes/admin.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { authRoutes } from './routes/auth.ts';
import { channelMemberRoutes } from './routes/channel-members.ts';
import { channelRoutes } from './routes/channels.ts';
import { dmRoutes } from './routes/dms.ts';
import { fileRoutes } from './routes/files.ts';
import { googleRoutes } from './routes/google.ts';
import { messageMarkRoutes } from './routes/message-marks.ts';
import { messageRoutes } from './routes/messages.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { operationsRoutes } from './routes/operations.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { searchRoutes } from './routes/search.ts';
import { secondFactorRoutes } from './routes/second-factor.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { userRoutes } from './routes/users.ts';
import { verificationRoutes } from './routes/verification.ts';
import { sendSmsHook } from './sms-hook.ts';
import { suspensionMailsHook } from './suspension-mails.ts';
import { unite } from './union.ts';

/** What pages of other origins may read beside the body. */
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'Link',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];

/** What takes files. */
const UPLOADS = ['/api/upload', '/api/users/avatar'];

/** The whole API, and its descriptions by the names of the documents; `api` has all of them under one prefix. */
export interface Api {
  app: Hono;
  describe(): Record<string, Description>;
}

export function createApp(deps: Deps): Api {
  // One slash at the end of a path changes nothing.
  const app = new Hono({ strict: false });
  const metrics = createMetrics();
  app.use(requestId());
  app.use(metrics.observe);
  app.use(followTrace);
  app.use(logRequests);
  app.use(secureHeaders);
  app.use(cors({ origin: deps.http.corsOrigins, exposeHeaders: EXPOSED_HEADERS, maxAge: 3600 }));
  app.use(httpsOnly(deps.http.isHttpsOnly));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  const dialects = DIALECTS.map((dialect) => serve(dialect, deps));
  app.use(limitBody([...UPLOADS, ...dialects.flatMap(uploadsOf)]));
  app.use(dropEmptyQuery);
  app.use(requirePlainJson);
  app.use(
    provide({ limits: createLimits(deps.supabase, deps.http), activity: createActivity(deps.supabase) }),
  );
  const bounded = boundProbes(deps.http);
  for (const path of ['/api/health', '/api/openapi.json', '/api/openapi/*', '/api/docs/*', '/api/hooks/*'])
    app.use(path, bounded);
  app.onError(onError);
  app.notFound(notFound);

  const connectbest = connectBest(deps, metrics);
  app.route('/api', unite(connectbest, dialects));
  app.route('/api', connectbest);
  for (const { dialect, app: served } of dialects) app.route(dialect.mount, served);
  app.post('/api/hooks/send-sms', sendSmsHook(deps));
  app.post('/api/hooks/suspension-mails', suspensionMailsHook(deps));

  let descriptions: Record<string, Description> | undefined;
  const describe = () => {
    descriptions ??= describeAll(connectbest, dialects);
    return descriptions;
  };
  const choices = [
    { name: 'api', title: 'All' },
    { name: 'connectbest', title: 'ConnectBest' },
    ...DIALECTS.map(({ name, title }) => ({ name, title })),
  ];
  app.route('/api/docs', docsRoutes(choices));
  app.get('/api/openapi.json', (c) => c.json(describe().api));
  app.get('/api/openapi/:document{[a-z]+\\.json}', (c) => {
    const description = describe()[c.req.param('document').replace('.json', '')];
    return description ? c.json(description) : c.notFound();
  });
  return { app, describe };
}

/** Hono's routers do not know forms from other bodies, so what takes them is found by its definition. */
const uploadsOf = ({ dialect, endpoints }: Served): string[] =>
  endpoints
    .filter(({ definition }) => definition.form)
    .flatMap(({ path }) => [`${dialect.mount}${path}`, `/api${path}`]);

function connectBest(deps: Deps, metrics: Metrics): OpenAPIHono {
  const connectbest = new OpenAPIHono();
  connectbest.use(translating(translateError));
  connectbest.route('/auth', authRoutes(deps));
  connectbest.route('/auth', verificationRoutes(deps));
  connectbest.route('/auth', sessionRoutes(deps));
  connectbest.route('/auth', passwordRoutes(deps));
  connectbest.route('/auth', secondFactorRoutes(deps));
  connectbest.route('/auth', googleRoutes(deps));
  connectbest.route('/users', userRoutes(deps));
  connectbest.route('/chat/channels', channelRoutes(deps));
  connectbest.route('/chat/channels', channelMemberRoutes(deps));
  connectbest.route('/chat/channels', messageRoutes(deps));
  connectbest.route('/', fileRoutes(deps));
  connectbest.route('/admin/api-keys', apiKeyRoutes(deps));
  connectbest.route('/dms', dmRoutes(deps));
  connectbest.route('/notifications', notificationRoutes(deps));
  connectbest.route('/chat/channels', messageMarkRoutes(deps));
  connectbest.route('/chat', searchRoutes(deps));
  connectbest.route('/admin', adminRoutes(deps));
  connectbest.route('/', operationsRoutes(deps, metrics));
  return connectbest;
}
