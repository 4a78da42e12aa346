/** Holds answers against the description of the API: a status, a code or a field that it does not list is a fault. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Schema {
  [keyword: string]: unknown;
}

interface Described {
  $ref?: string;
  content?: Record<string, { schema: Schema; examples?: Record<string, unknown> }>;
}

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Described> };
}

const description: Description = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
const { schemas, responses } = description.components;

const ajv = addFormats.default(
  new Ajv2020({
    strict: false,
    schemas: [{ $id: 'api', components: { schemas: mapValues(schemas, closeParts) } }],
  }),
);
const validators = new Map<object, ValidateFunction>();

/** Paths without parameters first, as the router prefers them. */
const routes = Object.entries(description.paths)
  .map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    parameters: path.split('{').length,
    operations,
  }))
  .sort((one, other) => one.parameters - other.parameters);

/** What the description does not say of this answer; nothing where all is well or the endpoint is none. */
export function undescribed(
  method: string,
  path: string,
  { status, body }: { status: number; body: unknown },
): string | undefined {
  const [pathname = ''] = path.split('?');
  const operations = routes.find(({ pattern }) => pattern.test(pathname))?.operations;
  const operation = operations?.[method.toLowerCase()];
  if (!operation) return undefined;
  const answer = operation.responses[status];
  const what = `${method} ${pathname} answered ${status}`;
  if (!answer) return `${what}, which its description does not list: ${JSON.stringify(body)}`;
  const content = resolve(answer).content?.['application/json'];
  if (!content) return undefined;

  const code = (body as { error?: { code?: string } } | null)?.error?.code;
  if (status >= 400 && content.examples && code !== undefined && !(code in content.examples)) {
    return `${what} ${code}; its description lists ${Object.keys(content.examples).join(', ')}`;
  }
  const validate = validators.get(content) ?? ajv.compile(close(inApi(content.schema)));
  validators.set(content, validate);
  if (validate(body)) return undefined;
  return `${what} otherwise than described: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`;
}

function resolve(answer: Described): Described {
  return answer.$ref ? (responses[answer.$ref.split('/').at(-1) ?? ''] ?? answer) : answer;
}

/** References of a schema that stands outside the document that ajv knows. */
function inApi(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'));
}

/** The schema with no other fields than those it lists, wherever in it there is an object. */
function close(schema: Schema): Schema {
  const parts = closeParts(schema);
  const isOpen = 'additionalProperties' in schema;
  const isObject = [schema.type].flat().includes('object') || '$ref' in schema || 'allOf' in schema;
  return isObject && !isOpen ? { ...parts, unevaluatedProperties: false } : parts;
}

/** The same for what is inside only: a schema that others extend has to let their fields pass. */
function closeParts(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, mapValues(value as Record<string, Schema>, close)];
      if (keyword === 'items') return [keyword, close(value as Schema)];
      if (keyword === 'anyOf' || keyword === 'oneOf') return [keyword, (value as Schema[]).map(close)];
      if (keyword === 'allOf') return [keyword, (value as Schema[]).map(closeParts)];
      return [keyword, value];
    }),
  );
}

function mapValues(
  record: Record<string, Schema>,
  change: (schema: Schema) => Schema,
): Record<string, Schema> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
