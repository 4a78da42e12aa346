/** Puts the descriptions of all documents together to that of what is answered under one prefix. */
import type { Answer, Content, Description, Operation } from './openapi-types.ts';

export interface Mounted {
  mount: string;
  description: Description;
}

/** The first document keeps what is its own, as `unite` has it. */
export function describeUnion(first: Description, others: Mounted[]): Description {
  const union = structuredClone(first);
  union.info.title = 'Confab';
  for (const { mount, description } of others) join(union, description, mount, first);
  dropUnused(union);
  return union;
}

/** Adds what a document answers below `mount` to what all answer below /api. */
function join(
  union: Description,
  { paths, components }: Description,
  mount: string,
  first: Description,
): void {
  union.components.schemas = only(union.components.schemas, components.schemas);
  union.components.responses = only(union.components.responses, components.responses);
  for (const [path, operations] of Object.entries(paths)) {
    const wanted = `/api${path.slice(mount.length)}`;
    const known = Object.keys(union.paths).find((other) => shapeOf(other) === shapeOf(wanted)) ?? wanted;
    const there = union.paths[known] ?? {};
    union.paths[known] = there;
    for (const [method, operation] of Object.entries(operations)) {
      const renamed = renameParameters(structuredClone(operation), wanted, known);
      const present = there[method];
      if (!present) there[method] = renamed;
      else if (present.requestBody || !first.paths[known]?.[method]) there[method] = either(present, renamed);
    }
  }
}

/** Both, where what has the same name in them is the same: otherwise one would stand for the other unseen. */
function only<Part>(one: Record<string, Part> = {}, other: Record<string, Part> = {}): Record<string, Part> {
  for (const [name, part] of Object.entries(other)) {
    if (name in one && JSON.stringify(one[name]) !== JSON.stringify(part)) {
      throw new Error(`unable to describe the union; two documents have a ${name}, and they differ`);
    }
  }
  return { ...other, ...one };
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

/** An operation that takes the parameters and bodies of both. */
function either(one: Operation, other: Operation): Operation {
  const parameters = [...(one.parameters ?? []), ...(other.parameters ?? [])];
  const statuses = new Set([...Object.keys(one.responses), ...Object.keys(other.responses)]);
  return {
    ...one,
    summary: `${one.summary}; or: ${other.summary}`,
    parameters: parameters.filter(
      ({ name }, at) => parameters.findIndex((each) => each.name === name) === at,
    ),
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
    const schemas = content.schema.anyOf ?? [content.schema];
    const isThere = schemas.some((schema) => JSON.stringify(schema) === JSON.stringify(second.schema));
    const examples = { ...second.examples, ...content.examples };
    both[type] = {
      ...content,
      schema: isThere ? content.schema : { anyOf: [...schemas, second.schema] },
      ...(Object.keys(examples).length > 0 && { examples }),
    };
  }
  return both;
}
