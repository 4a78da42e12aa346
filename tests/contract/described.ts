/** Holds answers against their document's description: a status, a code or a field that it does not list is a fault. */
import { readdirSync, readFileSync } from 'node:fs';
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

interface Route {
  pattern: RegExp;
  parameters: number;
  operations: Record<string, { responses: Record<string, Described> }>;
  /** Of its description, in ajv and for what responses refer to. */
  id: string;
  responses: Record<string, Described>;
}

const ajv = addFormats.default(new Ajv2020({ strict: false }));
const validators = new Map<object, ValidateFunction>();

/** Below /api all documents answer; everything else belongs to the one whose mount it is below. */
const descriptions = [
  'docs/openapi.json',
  ...readdirSync('docs/openapi')
    .filter((name) => name !== 'connectbest.json')
    .map((name) => `docs/openapi/${name}`),
];

/** Paths without parameters first, as the router prefers them. */
const routes = descriptions.flatMap(routesOf).sort((one, other) => one.parameters - other.parameters);

function routesOf(id: string): Route[] {
  const { paths, components }: Description = JSON.parse(readFileSync(id, 'utf8'));
  ajv.addSchema({ $id: id, components: { schemas: mapValues(components.schemas, closeParts) } });
  return Object.entries(paths).map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    parameters: path.split('{').length,
    operations,
    id,
    responses: components.responses,
  }));
}

/** What the description does not say of this answer; nothing where all is well or the endpoint is none. */
export function undescribed(
  method: string,
  path: string,
  { status, body }: { status: number; body: unknown },
): string | undefined {
  const [pathname = ''] = path.split('?');
  const verb = method.toLowerCase();
  const route = routes.find(({ pattern, operations }) => pattern.test(pathname) && operations[verb]);
  const operation = route?.operations[verb];
  if (!operation) return undefined;
  const answer = operation.responses[status];
  const what = `${method} ${pathname} answered ${status}`;
  if (!answer) return `${what}, which its description does not list: ${JSON.stringify(body)}`;
  const content = resolve(answer, route.responses).content?.['application/json'];
  if (!content) return undefined;

  const code = (body as { error?: { code?: string } } | null)?.error?.code;
  if (status >= 400 && content.examples && code !== undefined && !(code in content.examples)) {
    return `${what} ${code}; its description lists ${Object.keys(content.examples).join(', ')}`;
  }
  const validate = validators.get(content) ?? ajv.compile(close(within(route.id, content.schema)));
  validators.set(content, validate);
  if (validate(body)) return undefined;
  return `${what} otherwise than described: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`;
}

function resolve(answer: Described, responses: Record<string, Described>): Described {
  return answer.$ref ? (responses[answer.$ref.split('/').at(-1) ?? ''] ?? answer) : answer;
}

/** References of a schema that stands outside the document that ajv knows. */
function within(id: string, schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${id}#/`));
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
