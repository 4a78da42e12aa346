/** Serves a document's dialect: a table of endpoints, each a shape around the operations that all documents share. */
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { type Caller, maybeSignedIn, signedInFor, visiting } from '../_shared/caller.ts';
import type { ApiError } from '../_shared/errors.ts';
import {
  errorAnswers,
  jsonAnswer,
  jsonBody,
  type Reason,
  refuseInvalid,
  translating,
} from '../_shared/http.ts';
import type { Bucket, Limits } from '../_shared/limits.ts';
import { Uuid } from '../_shared/schemas.ts';
import type { ChatClient } from '../_shared/supabase.ts';
import { visitorOf } from '../_shared/visitor.ts';
import type { Deps } from './deps.ts';
import type { AnyShape, Shape } from './shape.ts';
import { wrongFields } from './translator.ts';

/** The names in braces of a path, each a UUID. */
type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [Key in Name]: string } & ParamsOf<Rest>
  : unknown;

type Variables = { caller?: Caller; limits: Limits };

/** What an endpoint is asked, and by whom. */
export interface Ask<Params = unknown, Query = unknown, Body = unknown> {
  deps: Deps;
  /** With the caller's rights, or nobody's. */
  client: ChatClient;
  /** The caller's id; empty where there is no token. */
  me: string;
  params: Params;
  query: Query;
  body: Body;
  /** Whether what is read counts as read: whoever looks at the headers only reads nothing. */
  leavesMarks: boolean;
  c: Context<{ Variables: Variables }>;
}

/** What `run` gives: a row for a shape, otherwise the answer itself. */
type Given<Answer> =
  Answer extends Shape<infer Row, z.ZodType> ? Row : Answer extends z.ZodType ? z.input<Answer> : never;

/** The item that the next page begins behind, what of it says so, and in which parameter. */
export interface Next {
  behind: 'first' | 'last';
  field: string;
  parameter: string;
  /** Whether a page may end before it is full: the next one is known to be none when it is empty. */
  endsEarly?: boolean;
  /** Where the answer has its list, if it is none itself. */
  of?: string;
  /** The parameter that makes the page one of those that go the other way. */
  unless?: string;
}

interface Definition<
  Path extends string,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType | AnyShape,
> {
  summary: string;
  description?: string;
  /** `none` where nobody has one yet, `optional` where there may be one. Otherwise a token is needed. */
  token?: 'none' | 'optional';
  /** What counts the call; `api` if not given. */
  bucket?: Bucket;
  /** Whether the first thing that `run` does is a function of the database that may change something. */
  inPassing?: boolean;
  query?: Query;
  body?: Body;
  /** The fields of a form instead of a body, as OpenAPI describes them. `run` reads it from the request itself. */
  form?: Record<string, object>;
  /** Of a list: where it goes on. */
  next?: Next;
  /** 200 if not given. */
  status?: 200 | 201;
  /** Where `run` may answer with a response of this status as well, of the same shape. */
  otherStatus?: 200;
  /** Left out where `run` answers with bytes. */
  answer?: Answer;
  /** Status → when, and the codes that only this endpoint has for it. */
  errors?: Record<number, Reason>;
  /** Code → the field of this request that the refusal is about, which is then wrong input (400). */
  blames?: Record<string, string>;
  run(ask: Ask<ParamsOf<Path>, z.output<Query>, z.output<Body>>): PromiseLike<Given<Answer> | Response>;
}

type AnyDefinition = Definition<string, z.ZodObject, z.ZodType, z.ZodType | AnyShape>;

export type Method = 'get' | 'post' | 'put' | 'delete';

export interface Endpoint {
  method: Method;
  path: string;
  definition: AnyDefinition;
}

interface TaggedEndpoint extends Endpoint {
  /** Where the description lists it. */
  tag: string;
}

export interface Dialect {
  /** In addresses. */
  name: string;
  /** For people. */
  title: string;
  /** Where its paths begin. */
  mount: string;
  endpoints: TaggedEndpoint[];
  /** Our errors with the document's statuses and fields. */
  translate(error: ApiError): ApiError;
}

const on =
  (method: Method) =>
  <
    Path extends string,
    Answer extends z.ZodType | AnyShape,
    Query extends z.ZodObject = z.ZodObject,
    Body extends z.ZodType = z.ZodType,
  >(
    path: Path,
    definition: Definition<Path, Query, Body, Answer>,
  ): Endpoint => ({ method, path, definition: definition as unknown as AnyDefinition });

export const get = on('get');
export const post = on('post');
export const put = on('put');
export const remove = on('delete');

export const tagged = (tag: string, endpoints: Endpoint[]): TaggedEndpoint[] =>
  endpoints.map((endpoint) => ({ ...endpoint, tag }));

/** An endpoint as it is served: what answers it, one after the other. */
export interface ServedEndpoint extends Endpoint {
  handlers: Handler[];
}

export interface Served {
  dialect: Dialect;
  app: OpenAPIHono;
  endpoints: ServedEndpoint[];
}

export function serve(dialect: Dialect, deps: Deps): Served {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  const endpoints = dialect.endpoints.map((endpoint) => {
    const before = app.routes.length;
    app.openapi(routeOf(endpoint, dialect), handlerOf(endpoint, deps));
    return { ...endpoint, handlers: app.routes.slice(before).map(({ handler }) => handler as Handler) };
  });
  return { dialect, app, endpoints };
}

function routeOf({ method, path, tag, definition }: TaggedEndpoint, { translate }: Dialect): RouteConfig {
  const {
    summary,
    description,
    query,
    body,
    form,
    status = 200,
    otherStatus,
    next,
    errors = {},
  } = definition;
  const answer = schemaOf(definition);
  const { middleware, ...kind } = kindOf(definition);
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  return createRoute({
    ...kind,
    middleware: [translating(translate), middleware as MiddlewareHandler],
    method,
    path,
    summary,
    ...(description && { description }),
    tags: [tag],
    request: {
      ...(names.length > 0 && { params: z.object(Object.fromEntries(names.map((name) => [name, Uuid]))) }),
      ...(query && { query }),
      ...(body && jsonBody(body)),
      ...(form && formBody(form)),
    },
    responses: {
      [status]: answer ? { ...jsonAnswer('It is done', answer), ...(next && NEXT_PAGE) } : BYTES,
      ...(otherStatus && answer && { [otherStatus]: jsonAnswer('It was done before', answer) }),
      ...errorAnswers(errors),
    },
  });
}

const isShape = (answer: z.ZodType | AnyShape): answer is AnyShape => 'from' in answer;

const schemaOf = ({ answer }: AnyDefinition): z.ZodType | undefined =>
  answer && isShape(answer) ? answer.schema : answer;

function kindOf({ token, bucket = 'api', inPassing = false }: AnyDefinition) {
  if (token === 'none') return visiting;
  return token === 'optional' ? maybeSignedIn : signedInFor(bucket, { inPassing });
}

const NEXT_PAGE = {
  headers: {
    Link: {
      description: 'Where there may be more: the address of the next page, as rel="next"',
      schema: { type: 'string' as const },
    },
  },
};

const BYTES = {
  description: 'The bytes',
  content: { '*/*': { schema: { type: 'string', format: 'binary' } as const } },
};

/** Read while it streams, so it is described but not checked by the frame. */
const formBody = (properties: Record<string, object>) => ({
  body: {
    content: {
      'multipart/form-data': { schema: { type: 'object' as const, properties, required: ['file'] } },
    },
    required: true,
  },
});

function handlerOf({ definition }: Endpoint, deps: Deps) {
  return async (c: Context) => {
    const caller: Caller | undefined = c.get('caller');
    const ask: Ask = {
      deps,
      client: caller ? deps.supabase.asCaller(caller.token) : visitorOf(c, deps),
      me: caller?.id ?? '',
      params: c.req.valid('param' as never),
      query: c.req.valid('query' as never),
      body: c.req.valid('json' as never),
      leavesMarks: c.req.method !== 'HEAD',
      c,
    };
    const given = await Promise.resolve(definition.run(ask as never)).catch(wrongFields(definition.blames));
    if (given instanceof Response) return given;
    const { answer: shape, next, status = 200 } = definition;
    const answer = shape && isShape(shape) ? shape.from(given as never, deps) : given;
    if (next) linkNext(ask, answer, next);
    return c.json(answer as object, status);
  };
}

function linkNext(
  { c, deps, query }: Ask,
  answer: unknown,
  { behind, field, parameter, endsEarly = false, of, unless }: Next,
) {
  const { limit } = query as { limit: number };
  // Behind an item nothing is to be left out.
  const { offset: _, ...asked } = c.req.query();
  const items = (of ? (answer as Record<string, unknown>)[of] : answer) as Record<string, unknown>[];
  const item = items.at(behind === 'first' ? 0 : -1);
  if (!item || (unless && unless in asked) || (items.length < limit && !endsEarly)) return;
  const parameters = new URLSearchParams({
    ...asked,
    limit: `${limit}`,
    [parameter]: `${item[field]}`,
  });
  c.header('Link', `<${deps.urls.gateway}/functions/v1${c.req.path}?${parameters}>; rel="next"`);
}
