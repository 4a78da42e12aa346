/** What a route is, and how a request finds its own. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Schema } from 'ajv';
import type { RequestFacts } from './database.ts';
import { type Check, compile } from './schemas.ts';
import type { Caller } from './tokens.ts';

/** One request, checked and ready to be served. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  caller: Caller;
  facts: RequestFacts;
}

export interface Reply {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | Readable;
}

/**
 * Who may call: `required` asks for an `Authorization` header, `token` reads one without asking first (the
 * message differs), `optional` takes whom it cannot read for nobody, `service` is for `service_role` alone.
 */
export type Access = 'required' | 'token' | 'optional' | 'service' | 'none';

export interface RouteOptions {
  method: string;
  /** `:name` stands for one part of the path, `*name` for the rest of it. */
  path: string;
  access: Access;
  /** What `storage.operation()` says in policies. */
  operation: string;
  body?: Schema;
  query?: Schema;
  /** The handler reads the body itself. */
  streams?: boolean;
  /** `undefined` when the handler has answered by itself. */
  handle: (call: Call) => Promise<Reply | undefined>;
}

export interface Route extends RouteOptions {
  pattern: RegExp;
  checkBody: Check | undefined;
  checkQuery: Check | undefined;
}

export function route(options: RouteOptions): Route {
  const source = options.path
    .replaceAll('.', '\\.')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)')
    .replace(/\*(\w+)/g, '(?<$1>.*)');
  return {
    ...options,
    pattern: new RegExp(`^${source}$`),
    checkBody: options.body === undefined ? undefined : compile('body', options.body),
    checkQuery: options.query === undefined ? undefined : compile('querystring', options.query),
  };
}

/** The first route that fits, and the parts of the path it names, still encoded. */
export function findRoute(
  routes: Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  for (const candidate of routes) {
    if (candidate.method !== method && candidate.method !== '*') continue;
    const match = candidate.pattern.exec(path);
    if (match) return { route: candidate, params: { ...match.groups } };
  }
  return undefined;
}

export function json(value: unknown, status = 200, headers: OutgoingHttpHeaders = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}
