/** Where documents have the same method and path, as their descriptions say, so that a test of all of these knows a new one by itself. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MOUNTS } from '../../scripts/contracts/mounts.ts';

interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
  required?: string[];
}

interface Description {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  components: { schemas: Record<string, Schema> };
}

/** An endpoint as one document has it. */
export interface Entry {
  document: string;
  method: string;
  /** As the document has it: `/groups/api/groups/{id}`. */
  path: string;
  /** The same below /api. */
  united: string;
  /** The fields of its body, where that is JSON. */
  names: string[];
  required: string[];
}

export const entries: Entry[] = Object.entries(MOUNTS).flatMap(([document, mount]) => {
  const { paths, components }: Description = JSON.parse(
    readFileSync(`docs/openapi/${document}.json`, 'utf8'),
  );
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => {
      const { $ref, ...inline } = requestBody?.content['application/json']?.schema ?? {};
      const schema = components.schemas[$ref?.split('/').at(-1) ?? ''] ?? inline;
      return {
        document,
        method: method.toUpperCase(),
        path,
        united: `/api${path.slice(mount.length)}`,
        names: Object.keys(schema.properties ?? {}),
        required: schema.required ?? [],
      };
    }),
  );
});

/** The same for all who meet. */
export const shapeOf = ({ method, united }: Pick<Entry, 'method' | 'united'>) =>
  `${method} ${united.replaceAll(/\{\w+\}/g, '{}')}`;

/** Those who share a method and a path below /api, where their bodies tell them apart. */
export const meetings: Entry[][] = [...new Set(entries.map(shapeOf))]
  .map((shape) => entries.filter((entry) => shapeOf(entry) === shape && entry.names.length > 0))
  .filter((there) => there.length > 1);

/** The path with an id of nothing in each place. */
export const filled = (path: string) => path.replaceAll(/\{\w+\}/g, () => randomUUID());
