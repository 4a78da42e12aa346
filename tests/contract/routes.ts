/** The routes of the HTTP API as its own description has them, so that a test of all of them knows a new one by itself. */
import { DOCUMENTS } from '../../scripts/contracts/mounts.ts';
import { call } from './api.ts';

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  example?: unknown;
};

interface Operation {
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema; example?: unknown; examples?: object }> };
  responses: Record<string, unknown>;
}

export interface Route {
  /** `GET /api/chat/channels/{channelId}` */
  name: string;
  method: string;
  path: string;
  needsCaller: boolean;
  /** There may be a caller, who is then told more than nobody is. */
  takesCaller: boolean;
  pathParameters: string[];
  queryParameters: string[];
  /** An example of the body, where it is JSON. */
  body?: Record<string, unknown>;
  /** The body is a form with files. */
  isUpload: boolean;
}

/** Of every document, below its own mount. */
export async function readRoutes(): Promise<Route[]> {
  return (await Promise.all(DOCUMENTS.map(readDocument))).flat();
}

async function readDocument(name: string): Promise<Route[]> {
  const { body } = await call<{
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  }>('GET', `/api/openapi/${name}.json`);
  const resolve = (schema: Schema | undefined): Schema =>
    schema?.$ref ? (body.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : (schema ?? {});

  return Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const named = (place: string) =>
        (operation.parameters ?? []).filter((parameter) => parameter.in === place).map(({ name }) => name);
      const { security = [] } = operation;
      const json = operation.requestBody?.content['application/json'];
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        needsCaller: security.length > 0 && security.every((way) => Object.keys(way).length > 0),
        takesCaller: security.length > 0,
        pathParameters: named('path'),
        queryParameters: named('query'),
        isUpload: Object.keys(operation.requestBody?.content ?? {}).includes('multipart/form-data'),
        ...(json && { body: exampleOf(json, resolve) }),
      };
    }),
  );
}

function exampleOf(
  { schema, example, examples }: { schema?: Schema; example?: unknown; examples?: object },
  resolve: (schema: Schema | undefined) => Schema,
): Record<string, unknown> {
  const [first] = Object.values(examples ?? {}) as { value?: unknown }[];
  const resolved = resolve(schema);
  return (example ?? first?.value ?? resolved.example ?? {}) as Record<string, unknown>;
}
