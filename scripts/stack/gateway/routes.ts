/** Which service answers which path, under which path of its own, and what the gateway asks for before. */

export interface Upstreams {
  auth: string;
  rest: string;
  restAdmin: string;
  realtime: string;
  storage: string;
  functions: string;
  doors: string;
}

export interface Route {
  prefix: string;
  service: keyof Upstreams;
  /** Replaces the prefix in the service's own path. */
  target: string;
  /** Refuse requests without a key of the project. */
  needsKey: boolean;
  /** Which header carries the key's token onward; none where the service reads the request as it is. */
  tokenHeader: 'authorization' | 'sb-api-key' | undefined;
  /** Largest request body in bytes; the storage service has limits of its own. */
  maxBody: number;
  /** Milliseconds the service may be silent. */
  timeout: number;
  /** The service itself decides which pages may call it, as functions do at Supabase. */
  decidesOrigins?: true;
}

const MiB = 2 ** 20;
const usual = { needsKey: true, tokenHeader: 'authorization', maxBody: 50 * MiB, timeout: 60_000 } as const;
const open = { ...usual, needsKey: false, tokenHeader: undefined } as const;
// Hosted functions end after 150 s without an answer.
const functions = {
  ...open,
  tokenHeader: 'sb-api-key',
  // Ten files of 50 MB each, and what is around them.
  maxBody: 501 * MiB,
  timeout: 150_000,
  decidesOrigins: true,
} as const;
const door = { ...open, service: 'doors' } as const;

const ROUTES: Route[] = [
  { ...open, prefix: '/auth/v1/verify', service: 'auth', target: '/verify', maxBody: MiB },
  { ...open, prefix: '/auth/v1/callback', service: 'auth', target: '/callback', maxBody: MiB },
  { ...open, prefix: '/auth/v1/authorize', service: 'auth', target: '/authorize', maxBody: MiB },
  { ...open, prefix: '/auth/v1/.well-known/', service: 'auth', target: '/.well-known/', maxBody: MiB },
  { ...usual, prefix: '/auth/v1/', service: 'auth', target: '/', maxBody: MiB },
  { ...usual, prefix: '/rest/v1/', service: 'rest', target: '/' },
  { ...open, prefix: '/rest-admin/v1/', service: 'restAdmin', target: '/' },
  { ...usual, prefix: '/realtime/v1/api/', service: 'realtime', target: '/api/', maxBody: 10 * MiB },
  { ...usual, prefix: '/realtime/v1/', service: 'realtime', target: '/socket/', maxBody: MiB },
  { ...open, prefix: '/storage/v1/s3/', service: 'storage', target: '/s3/', maxBody: Infinity },
  { ...usual, prefix: '/storage/v1/', service: 'storage', target: '/', needsKey: false, maxBody: Infinity },
  { ...door, prefix: '/functions/v1/ws/', target: '/ws/' },
  { ...door, prefix: '/functions/v1/rooms/socket.io/', target: '/socket.io/' },
  { ...functions, prefix: '/functions/v1/', service: 'functions', target: '/' },
];

const BY_LENGTH = ROUTES.toSorted((one, other) => other.prefix.length - one.prefix.length);

/** The route with the longest matching prefix. A prefix that ends in a slash matches the path without it too. */
export function findRoute(path: string): { route: Route; path: string } | undefined {
  for (const route of BY_LENGTH) {
    const stem = route.prefix.replace(/\/$/, '');
    if (path !== stem && !path.startsWith(`${stem}/`)) continue;
    const rest = path.slice(stem.length).replace(/^\//, '');
    const target = route.target.replace(/\/$/, '');
    return { route, path: rest || route.prefix.endsWith('/') ? `${target}/${rest}` : target || '/' };
  }
  return undefined;
}
