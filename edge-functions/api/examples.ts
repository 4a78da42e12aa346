/** Makes an example for a schema: what it gives itself, otherwise something plain of its type and format. */
import type { Schema } from './openapi-types.ts';

const STRINGS: Record<string, string> = {
  binary: 'the bytes of a file',
  uuid: '0197f1d2-6c3a-7b54-9e21-3f0d5a8c4b10',
  email: 'ada@example.com',
  'date-time': '2026-11-21T09:30:00.000Z',
  uri: 'https://chat.example.com/picture.png',
  password: 'Correct1horse',
};

/** What fields of these names hold, unless their schemas say otherwise. */
const NAMED: Record<string, unknown> = {
  after: 'general',
  avatar: 'https://chat.example.com/ada.png',
  code: '4/0AbCdEf',
  description: 'Everything for everybody',
  duration: 12,
  email: 'ada@example.com',
  error: 'access_denied',
  image: 'https://chat.example.com/ada.png',
  key: 'confab_2f6c0e0d6b1f4c1e9a53b7d8c4e0f9a1',
  name: 'Ada Lovelace',
  phone: '+491711234567',
  search: 'ada',
  state: 'k3JxT0vQ',
  statusMessage: 'On a train',
  title: 'Menu of the week',
  url: 'https://example.com/menu',
};

export function exampleOf(schema: Schema, schemas: Record<string, Schema>, name = ''): unknown {
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
  if (choice) return exampleOf(choice, schemas, name);
  const type = [schema.type].flat()[0];
  if (type === typeof NAMED[name] && !schema.format) return NAMED[name];
  if (type === 'array')
    return schema.items && schema.maxItems !== 0 ? [exampleOf(schema.items, schemas)] : [];
  if (type === 'object') return objectOf(schema, schemas);
  if (type === 'string') return STRINGS[schema.format ?? ''] ?? 'text';
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  return null;
}

const objectOf = ({ properties = {} }: Schema, schemas: Record<string, Schema>) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, part]) => [name, exampleOf(part, schemas, name)]),
  );
