/** Gives a file that is complete its row, so that both exist or neither does. */
import type { IncomingMessage } from 'node:http';
import type { Database, RequestFacts } from './database.ts';
import { isOutcomeUnknown } from './errors.ts';
import type { Files } from './files.ts';
import type { ObjectMetadata } from './metadata.ts';
import { lockObject, type NewObject, type ObjectRow, writeObject } from './objects.ts';
import { SERVICE } from './tokens.ts';

export interface Store {
  database: Database;
  files: Files;
}

/** Whether the caller agrees to overwrite. */
export function wantsUpsert(request: IncomingMessage): boolean {
  return request.headers['x-upsert'] === 'true';
}

/** Makes `version` the object's content; what it replaces is removed. */
export async function commitObject(
  { database, files }: Store,
  facts: RequestFacts,
  object: NewObject,
  version: string,
  metadata: ObjectMetadata,
): Promise<ObjectRow> {
  try {
    const { replaced, row } = await database.as(SERVICE, facts, async (tx) => {
      const replaced = await lockObject(tx, object);
      return { replaced, row: await writeObject(tx, object, version, metadata) };
    });
    if (replaced) await files.remove(replaced.version);
    return row;
  } catch (error) {
    // A file that may have its row stays; if it has none, the next start removes it.
    if (!isOutcomeUnknown(error)) await files.remove(version);
    throw error;
  }
}
