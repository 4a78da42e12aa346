/** Makes an example for a schema: what it gives itself, otherwise something plain of its type and format. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  minimum?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}

const STRINGS: Record<string, string> = {
  uuid: '0197f1d2-6c3a-7b54-9e21-3f0d5a8c4b10',
  email: 'ada@example.com',
  'date-time': '2026-11-21T09:30:00.000Z',
  uri: 'https://chat.example.com/picture.png',
  password: 'Correct1horse',
};

export function exampleOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  const own = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
  if (own !== undefined) return own;
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.allOf) {
    return Object.assign(
      {},
      ...schema.allOf.map((part) => exampleOf(part, schemas)),
      objectOf(schema, schemas),
    );
  }
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice) return exampleOf(choice, schemas);
  const type = [schema.type].flat()[0];
  if (type === 'array')
    return schema.items && schema.maxItems !== 0 ? [exampleOf(schema.items, schemas)] : [];
  if (type === 'object') return objectOf(schema, schemas);
  if (type === 'string') return STRINGS[schema.format ?? ''] ?? 'text';
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  return null;
}

const objectOf = ({ properties = {} }: Schema, schemas: Record<string, Schema>) =>
  Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, exampleOf(part, schemas)]));
