/** The OpenAPI description: what the routes declare, and what every route of their kind takes and answers besides. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { errorExamples } from '../_shared/http.ts';
import type { Served } from './dialect.ts';
import { exampleOf } from './examples.ts';
import type { Answer, Description, Operation, Schema } from './openapi-types.ts';
import { describeUnion } from './united-description.ts';
import { VERSION } from './version.ts';

const infoOf = (title: string) => ({
  openapi: '3.1.0',
  info: {
    title,
    version: VERSION,
    description: 'The HTTP API of a Confab chat backend',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/functions/v1' }],
});

const ERROR = '#/components/schemas/Error';

interface General {
  status: number;
  name: string;
  codes: string[];
  when: string;
  appliesTo(operation: Operation): boolean;
}

/** What routes answer whatever they are for. */
const GENERAL: General[] = [
  {
    status: 400,
    name: 'WrongInput',
    codes: ['invalid_input'],
    when: 'A field is wrong',
    appliesTo: ({ parameters = [], requestBody }) => parameters.length > 0 || requestBody !== undefined,
  },
  {
    status: 401,
    name: 'NotSignedIn',
    codes: ['not_signed_in', 'session_expired', 'invalid_api_key'],
    when: 'No token or key, or one that is not valid any more',
    appliesTo: isForUsers,
  },
  {
    status: 403,
    name: 'NotAllowed',
    codes: ['account_suspended', 'second_factor_required', 'missing_scope'],
    when: 'The account is suspended, its second factor is missing, or the API key has no scope for this',
    appliesTo: isForUsers,
  },
  {
    status: 413,
    name: 'TooLarge',
    codes: ['payload_too_large'],
    when: 'The body is too large',
    appliesTo: takesBody,
  },
  {
    status: 415,
    name: 'WrongType',
    codes: ['unsupported_media_type'],
    when: 'The body is of another type',
    appliesTo: takesBody,
  },
  {
    status: 429,
    name: 'TooMany',
    codes: ['rate_limited'],
    when: 'Too many requests; Retry-After says in how many seconds to try again',
    appliesTo: () => true,
  },
  {
    status: 500,
    name: 'Broken',
    codes: ['internal_error'],
    when: 'Something went wrong on the server',
    appliesTo: () => true,
  },
  {
    status: 503,
    name: 'Unavailable',
    codes: ['service_unavailable'],
    when: 'A service behind the API does not answer',
    appliesTo: () => true,
  },
];

function takesBody({ requestBody }: Operation): boolean {
  return requestBody !== undefined;
}

function isForUsers({ security = [] }: Operation): boolean {
  return security.length > 0;
}

/** By the documents' names; `api` is all of them under one prefix. */
export function describeAll(first: OpenAPIHono, others: Served[]): Record<string, Description> {
  const connectbest = describeApi(first, '/api', 'Confab: ConnectBest');
  const dialects = others.map(({ dialect: { name, mount, title }, app }) => ({
    name,
    mount,
    description: describeApi(app, mount, `Confab: ${title}`),
  }));
  return {
    api: describeUnion(connectbest, dialects),
    connectbest,
    ...Object.fromEntries(dialects.map(({ name, description }) => [name, description])),
  };
}

/** Describes what a document answers below this prefix. */
function describeApi(document: OpenAPIHono, prefix: string, title: string): Description {
  const app = new OpenAPIHono();
  app.route(prefix, document);
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
  });
  const description = app.getOpenAPI31Document(infoOf(title)) as unknown as Description;
  const { schemas } = description.components;
  const shared: Record<string, Answer> = {};
  description.components.responses = shared;
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      operation.operationId ??= operationId(method, path);
      operation.security ??= [];
      for (const general of GENERAL.filter(({ appliesTo }) => appliesTo(operation))) {
        const own = operation.responses[general.status];
        if (own) addCodes(own, general);
        else {
          shared[general.name] ??= nameCodes(answerOf(general));
          operation.responses[general.status] = { $ref: `#/components/responses/${general.name}` };
        }
      }
      giveExamples(operation, schemas);
      for (const answer of Object.values(operation.responses)) nameCodes(answer);
    }
  }
  return description;
}

/** `get /api/users/{userId}` is `getUsersByUserId`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\//, '')
    .replaceAll('{', 'by-')
    .match(/[a-z0-9]+/gi);
  return method + (words ?? []).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** A route with reasons of its own for a status has the general ones too. */
function addCodes(answer: Answer, { when, codes }: General): void {
  const content = answer.content?.['application/json'];
  if (content?.schema.$ref === ERROR) {
    content.examples = { ...errorExamples(when, codes), ...content.examples };
  }
}

const answerOf = ({ codes, when }: General): Answer => ({
  description: when,
  content: { 'application/json': { schema: { $ref: ERROR }, examples: errorExamples(when, codes) } },
});

/** The codes of an error are those that it has an example of; people find them in its description too. */
function nameCodes(answer: Answer): Answer {
  const { schema, examples = {} } = answer.content?.['application/json'] ?? {};
  const codes = Object.keys(examples).map((code) => `\`${code}\``);
  if (schema?.$ref === ERROR && codes.length > 0) answer.description += ` (${codes.join(', ')})`;
  return answer;
}

/** Where a route declares no example, one is put together from the examples of its parts. */
function giveExamples(operation: Operation, schemas: Record<string, Schema>): void {
  for (const parameter of operation.parameters ?? []) {
    parameter.example ??= exampleOf(parameter.schema, schemas, parameter.name);
  }
  const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
    Object.values(part?.content ?? {}),
  );
  for (const content of contents) {
    if (!content.examples) content.example ??= exampleOf(content.schema, schemas);
  }
}
