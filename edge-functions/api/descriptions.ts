/** The description of each document, and of all of them under one prefix. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { type Answer, type Content, type Description, describeApi, type Operation } from './description.ts';
import type { Served } from './dialect.ts';

/** By the documents' names; `api` is the union. */
export function describeAll(first: OpenAPIHono, others: Served[]): Record<string, Description> {
  const connectbest = describeApi(first, '/api', 'Confab: ConnectBest');
  const dialects = others.map(({ dialect: { name, mount, title }, app }) => ({
    name,
    mount,
    description: describeApi(app, mount, `Confab: ${title}`),
  }));
  const api = structuredClone(connectbest);
  api.info.title = 'Confab';
  for (const { mount, description } of dialects) join(api, description, mount);
  dropUnused(api);
  return {
    api,
    connectbest,
    ...Object.fromEntries(dialects.map(({ name, description }) => [name, description])),
  };
}

/** Adds what a document answers below `mount` to what all answer below /api. */
function join(api: Description, { paths, components }: Description, mount: string): void {
  api.components.schemas = { ...components.schemas, ...api.components.schemas };
  api.components.responses = { ...components.responses, ...api.components.responses };
  for (const [path, operations] of Object.entries(paths)) {
    const wanted = `/api${path.slice(mount.length)}`;
    const known = Object.keys(api.paths).find((other) => shapeOf(other) === shapeOf(wanted)) ?? wanted;
    const there = api.paths[known] ?? {};
    api.paths[known] = there;
    for (const [method, operation] of Object.entries(operations)) {
      const renamed = renameParameters(structuredClone(operation), wanted, known);
      const present = there[method];
      if (!present) there[method] = renamed;
      // Without a body the first keeps what is its own.
      else if (present.requestBody) there[method] = either(present, renamed);
    }
  }
}

/** Of what the first document answers itself, the others' shapes are not there. */
function dropUnused({ paths, components: { schemas, responses = {} } }: Description): void {
  const used = new Set<string>();
  const look = (part: object): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = schemas[name];
      if (used.has(name) || !schema) continue;
      used.add(name);
      look(schema);
    }
  };
  look({ paths, responses });
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
}

const shapeOf = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}');

const parametersOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

function renameParameters(operation: Operation, from: string, to: string): Operation {
  const names = parametersOf(to);
  const old = parametersOf(from);
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === 'path') parameter.name = names[old.indexOf(parameter.name)] ?? parameter.name;
  }
  return operation;
}

/** An operation that takes the bodies of both. */
function either(one: Operation, other: Operation): Operation {
  const statuses = new Set([...Object.keys(one.responses), ...Object.keys(other.responses)]);
  return {
    ...one,
    summary: `${one.summary}; or: ${other.summary}`,
    ...(one.requestBody && {
      requestBody: {
        ...one.requestBody,
        content: merge(one.requestBody.content, other.requestBody?.content),
      },
    }),
    responses: Object.fromEntries(
      [...statuses].map((status) => [status, eitherAnswer(one.responses[status], other.responses[status])]),
    ),
  };
}

function eitherAnswer(one: Answer | undefined, other: Answer | undefined): Answer {
  if (!one || !other || one.$ref || other.$ref) return one?.content ? one : (other ?? one ?? {});
  return { ...one, ...(one.content && { content: merge(one.content, other.content) }) };
}

function merge(one: Record<string, Content>, other: Record<string, Content> = {}): Record<string, Content> {
  const both = { ...other, ...one };
  for (const [type, content] of Object.entries(one)) {
    const second = other[type];
    if (!second) continue;
    const isSame = JSON.stringify(content.schema) === JSON.stringify(second.schema);
    const examples = { ...second.examples, ...content.examples };
    both[type] = {
      ...content,
      schema: isSame ? content.schema : { anyOf: [content.schema, second.schema] },
      ...(Object.keys(examples).length > 0 && { examples }),
    };
  }
  return both;
}
