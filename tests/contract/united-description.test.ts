/** The description of all documents under one prefix: what it makes of what several of them say of one thing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Answer, Description } from '../../edge-functions/api/openapi-types.ts';
import { describeUnion } from '../../edge-functions/api/united-description.ts';
import { entries, shapeOf } from './meetings.ts';

/** A document whose one path answers a thing with this field. */
const describing = (path: string, type: string): Description => ({
  info: { title: 'Things' },
  paths: {
    [path]: {
      get: {
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        },
      },
    },
  },
  components: { schemas: { Thing: { type: 'object', properties: { field: { type } } } } },
});

const read = (path: string): Description => JSON.parse(readFileSync(path, 'utf8'));

const united = read('docs/openapi.json');

const operations = new Map(
  Object.entries(united.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [
      shapeOf({ method: method.toUpperCase(), united: path }),
      operation,
    ]),
  ),
);

const codesOf = (answer: Answer | undefined) =>
  Object.keys(answer?.content?.['application/json']?.examples ?? {});

describe('the description of the union', () => {
  it('has what two documents name alike if it is the same, and is not made if it differs', () => {
    const unite = (type: string) =>
      describeUnion(describing('/api/one', 'string'), [
        { mount: '/second', description: describing('/second/two', type) },
      ]);
    expect(Object.keys(unite('string').paths)).toEqual(['/api/one', '/api/two']);
    expect(() => unite('integer')).toThrow('Thing');
  });

  const own = new Set(entries.filter(({ document }) => document === 'connectbest').map(shapeOf));

  it.each(entries.filter((entry) => !own.has(shapeOf(entry)) || entry.names.length > 0))(
    'lists what $document may answer to $method $united',
    ({ document, method, path, ...entry }) => {
      const { responses = {} } =
        read(`docs/openapi/${document}.json`).paths[path]?.[method.toLowerCase()] ?? {};
      const all = operations.get(shapeOf({ method, ...entry }))?.responses ?? {};
      for (const [status, answer] of Object.entries(responses)) {
        expect(Object.keys(all)).toContain(status);
        expect(codesOf(all[status])).toEqual(expect.arrayContaining(codesOf(answer)));
      }
    },
  );

  it("leaves the first document's paths what they are", () => {
    const { responses } = operations.get(shapeOf({ method: 'GET', united: '/api/notifications' })) ?? {};
    const { content } = responses?.['200'] ?? {};
    expect(content?.['application/json']?.schema).not.toHaveProperty('anyOf');
  });
});
