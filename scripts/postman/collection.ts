/** Makes the Postman collection: the story's requests with tests of status and shape, and all other requests beside it. */
import { MOUNTS } from '../contracts/mounts.ts';
import { savedAnswers } from './examples.ts';
import type { Chapter, Step } from './story.ts';

type Schema = Record<string, unknown>;

interface Content {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export interface Operation {
  summary?: string;
  security?: Record<string, string[]>[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { $ref?: string; description?: string; content?: Record<string, Content> }>;
}

export interface Description {
  info: { title: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Operation['responses'] };
}

/** What a run begins with; `adminToken` has to be given. */
const VARIABLES = {
  baseUrl: 'http://127.0.0.1:54321/functions/v1',
  mailUrl: 'http://127.0.0.1:54324',
  password: 'Correct1horse',
  adminToken: '',
};

const BEGIN = [
  "if (!pm.collectionVariables.get('email')) {",
  '  const run = Date.now().toString(36);',
  "  pm.collectionVariables.set('username', 'ada-' + run);",
  "  pm.collectionVariables.set('email', 'ada-' + run + '@example.com');",
  "  pm.collectionVariables.set('channelName', 'engines-' + run);",
  "  pm.collectionVariables.set('phone', '+4917' + String(Date.now()).slice(-8));",
  '}',
];

const READ_CODE = [
  "const address = pm.collectionVariables.get('email');",
  'const mails = pm.response.json().filter(({ to }) => to.some((one) => one.address === address));',
  'const code = /^\\s*(\\d{3}) ?(\\d{3})\\s*$/m.exec(mails.at(-1)?.text ?? "")?.slice(1).join("");',
  'pm.test("a code has come", () => pm.expect(code).to.match(/^\\d{6}$/));',
  'pm.collectionVariables.set("code", code);',
];

/** The collection of a document; the one of all of them, `api`, has nothing but its story. */
export function postmanCollection(
  document: string,
  descriptions: Record<string, Description>,
  story: Chapter[] = [],
): object {
  const description = descriptionOf(document, descriptions);
  const told = new Set<string>();
  const items = story.map(({ name, steps }) => ({
    name,
    item: steps.map((step) => {
      const { method, path } = parse(step);
      if (path.startsWith('{{')) return itemOf(step, READ_CODE);
      const [template, operation] = find(description, method, path, step.name);
      told.add(`${method} ${template}`);
      if (step.speaks === undefined) return itemOf(step, testsOf(step, operation, description), operation);
      const spoken = descriptionOf(step.speaks, descriptions);
      const [, own] = find(spoken, method, path.replace(/^\/api/, MOUNTS[step.speaks]), step.name);
      return itemOf(step, testsOf(step, own, spoken), own);
    }),
  }));
  const more = document === 'api' ? [] : [{ name: 'More', item: rest(description, told) }];
  return {
    info: {
      name: description.info.title,
      description:
        'Run the folders in their order. Generated from the description of the API by npm run gen.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    variable: Object.entries(VARIABLES).map(([key, value]) => ({ key, value })),
    event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: BEGIN } }],
    item: [...items, ...more],
  };
}

function descriptionOf(document: string, descriptions: Record<string, Description>): Description {
  const description = descriptions[document];
  if (!description) throw new Error(`unable to write docs/postman; there is no document ${document}`);
  return description;
}

function parse({ request: text }: Step): { method: string; path: string; query: string } {
  const [method = '', target = ''] = text.split(' ');
  const [path = '', query = ''] = target.split('?');
  return { method, path, query };
}

function find(description: Description, method: string, path: string, step: string): [string, Operation] {
  const isLike = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  for (const [template, operations] of Object.entries(description.paths).filter(([key]) => isLike(key))) {
    const operation = operations[method.toLowerCase()];
    if (operation) return [template, operation];
  }
  throw new Error(`unable to write docs/postman; the API has no ${method} ${path} ("${step}")`);
}

function testsOf(
  { status, save = {}, tests = [] }: Step,
  operation: Operation,
  description: Description,
): string[] {
  const expected = status ?? Number(Object.keys(operation.responses).find((key) => Number(key) < 400));
  const schema = schemaOf(operation, expected, description);
  return [
    `pm.test("answers ${expected}", () => pm.response.to.have.status(${expected}));`,
    ...(schema
      ? [`pm.test("has the shape of its description", () => pm.response.to.have.jsonSchema(${schema}));`]
      : []),
    ...Object.entries(save).map(
      ([name, place]) =>
        `pm.collectionVariables.set("${name}", pm.response.json()${place.startsWith('[') ? '' : '.'}${place});`,
    ),
    ...tests,
  ];
}

function schemaOf(operation: Operation, status: number, { components }: Description): string | undefined {
  const answer = operation.responses[status];
  const resolved = answer?.$ref ? components.responses[answer.$ref.split('/').at(-1) ?? ''] : answer;
  const schema = resolved?.content?.['application/json']?.schema;
  return schema && JSON.stringify(inline(schema, components.schemas));
}

/** Postman knows no other part of the description than the one it is given. */
function inline(value: unknown, schemas: Record<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((item) => inline(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') {
    return inline(schemas[value.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  }
  const kept = Object.entries(value).filter(
    ([key, item]) => !(typeof item === 'string' && ['description', 'format'].includes(key)),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, inline(item, schemas)]));
}

function itemOf(step: Step, tests: string[], operation?: Operation): object {
  const request = requestOf(step);
  return {
    name: step.name,
    ...(tests.length > 0 && {
      event: [{ listen: 'test', script: { type: 'text/javascript', exec: tests } }],
    }),
    request,
    ...(operation && { response: savedAnswers(request, operation) }),
  };
}

function requestOf(step: Step): object {
  const { method, path, query } = parse(step);
  const base = path.startsWith('{{') ? '' : '{{baseUrl}}';
  return {
    method,
    auth: step.as
      ? { type: 'bearer', bearer: [{ key: 'token', value: `{{${step.as}}}`, type: 'string' }] }
      : { type: 'noauth' },
    url: `${base}${path}${query && `?${query}`}`,
    ...bodyOf(step),
  };
}

function bodyOf({ body, form }: Step): object {
  if (form) {
    const formdata = Object.entries(form).map(([key, value]) =>
      value.startsWith('@') ? { key, type: 'file', src: value.slice(1) } : { key, type: 'text', value },
    );
    return { body: { mode: 'formdata', formdata } };
  }
  if (body === undefined) return {};
  return {
    header: [{ key: 'Content-Type', value: 'application/json' }],
    body: { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } },
  };
}

/** What the story does not tell of, with the example of the description. */
function rest({ paths }: Description, told: Set<string>): object[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .map(([method, operation]) => ({ method: method.toUpperCase(), operation }))
      .filter(({ method }) => !told.has(`${method} ${path}`))
      .map(({ method, operation }) => {
        const example = operation.requestBody?.content['application/json']?.example;
        const isForUsers = (operation.security ?? []).length > 0;
        const step: Step = {
          name: operation.summary ?? path,
          request: `${method} ${path.replaceAll(/\{(\w+)\}/g, '{{$1}}')}`,
          ...(isForUsers && { as: path.includes('/admin/') ? ('adminToken' as const) : ('token' as const) }),
          ...(example !== undefined && { body: example }),
        };
        return itemOf(step, [], operation);
      }),
  );
}
