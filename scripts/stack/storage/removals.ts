/** Removes objects, one or many. */

import { withOwner } from './buckets.ts';
import { become } from './database.ts';
import { accessDenied, noSuchKey } from './errors.ts';
import { deleteObjects, lockObject } from './objects.ts';
import { json, type Route, route } from './routes.ts';
import { SERVICE } from './tokens.ts';
import type { Store } from './writes.ts';

const REMOVE_SCHEMA = {
  type: 'object',
  properties: { prefixes: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 1000 } },
  required: ['prefixes'],
};

export function removalRoutes({ database, files }: Store): Route[] {
  return [
    route({
      method: 'DELETE',
      path: '/object/:bucket',
      access: 'required',
      operation: 'storage.object.delete_many',
      body: REMOVE_SCHEMA,
      async handle({ params: { bucket = '' }, body, caller, facts }) {
        const { prefixes } = body as { prefixes: string[] };
        const gone = await database.as(caller, facts, (tx) => deleteObjects(tx, bucket, prefixes));
        for (const { version } of gone) await files.remove(version);
        gone.sort((a, b) => prefixes.indexOf(a.name) - prefixes.indexOf(b.name));
        return json(gone.map((row) => ({ ...withOwner(row), owner_id: row.owner_id ?? '' })));
      },
    }),
    route({
      method: 'DELETE',
      path: '/object/:bucket/*key',
      access: 'required',
      operation: 'storage.object.delete',
      async handle({ params: { bucket = '', key = '' }, caller, facts }) {
        const gone = await database.as(SERVICE, facts, async (tx) => {
          if (!(await lockObject(tx, { bucket, key }))) throw noSuchKey();
          await become(tx, caller, facts);
          return deleteObjects(tx, bucket, [key]);
        });
        if (gone.length === 0) throw accessDenied('Access denied');
        for (const { version } of gone) await files.remove(version);
        return json({ message: 'Successfully deleted' });
      },
    }),
  ];
}
