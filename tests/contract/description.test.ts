/** The description of ConnectBest: names that generated clients can live with, and examples that say something. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Content {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  operationId: string;
  parameters?: { name: string; example?: unknown }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}

const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  readFileSync('docs/openapi/connectbest.json', 'utf8'),
);

const VERBS =
  /^(activate|add|check|create|delete|disable|edit|enable|finish|list|mark|open|pin|read|refresh|register|remove|request|resend|reset|revoke|search|send|set|sign|start|suspend|unpin|update|upload|verify)[A-Z][A-Za-z]+$/;

const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
);

function examplesOf({ parameters = [], requestBody, responses }: Operation): [string, unknown][] {
  const contents = [requestBody, ...Object.values(responses)].flatMap((part) =>
    Object.values(part?.content ?? {}),
  );
  return [
    ...parameters.map(({ name, example }): [string, unknown] => [name, example]),
    ...contents.map(({ example, examples }): [string, unknown] => ['body', examples ?? example]),
  ];
}

describe("ConnectBest's description", () => {
  it('names each operation by a verb and a noun', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids.filter((id) => !VERBS.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(operations)('shows a caller of %s what it takes and answers', (_, operation) => {
    for (const [name, example] of examplesOf(operation)) {
      expect(example, name).toBeDefined();
      expect(JSON.stringify(example), name).not.toMatch(/"(text|string)"/);
    }
  });
});
