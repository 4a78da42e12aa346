/** Lists of a bucket's objects: the first form with numbered pages, the second with cursors. */
import type { Database, Transaction } from './database.ts';
import { invalidParameter } from './errors.ts';
import type { ObjectMetadata } from './metadata.ts';
import { json, type Route, route } from './routes.ts';
import { MOST_ROWS } from './schemas.ts';

interface Sorting {
  column?: string;
  order?: string;
}

interface ListRequest {
  prefix: string;
  limit: number;
  offset: number;
  search: string;
  sortBy?: Sorting;
}

interface CursorListRequest {
  prefix: string;
  limit: number;
  with_delimiter: boolean;
  cursor?: string;
  sortBy?: Sorting;
}

/** Where a page ended and how it was sorted. */
interface Cursor {
  /** Name of the last entry. */
  after: string;
  order: string | undefined;
  column: string | undefined;
  /** Value of the column in the last entry, unless that is the name. */
  value: string | undefined;
}

interface Entry {
  key?: string;
  name: string;
  /** Folders have none. */
  id: string | null;
  updated_at: Date | null;
  created_at: Date | null;
  last_accessed_at: Date | null;
  metadata: Partial<ObjectMetadata> | null;
  sort_value?: string | null;
}

const DEFAULT_LIMIT = 100;
const LARGEST_PAGE = 1000;
const CURSOR_COLUMNS = ['name', 'created_at', 'updated_at'];

const sortingSchema = (columns: string[]) => ({
  type: 'object',
  properties: {
    column: { type: 'string', enum: columns },
    order: { type: 'string', enum: ['asc', 'desc'] },
  },
});
const LIST_SCHEMA = {
  type: 'object',
  properties: {
    prefix: { type: 'string' },
    limit: { type: 'integer', minimum: 1, default: DEFAULT_LIMIT },
    offset: { type: 'integer', minimum: 0, maximum: MOST_ROWS, default: 0 },
    search: { type: 'string', default: '' },
    sortBy: sortingSchema([...CURSOR_COLUMNS, 'last_accessed_at']),
  },
  required: ['prefix'],
};
const CURSOR_LIST_SCHEMA = {
  type: 'object',
  properties: {
    prefix: { type: 'string', default: '' },
    limit: { type: 'integer', minimum: 1, default: LARGEST_PAGE },
    with_delimiter: { type: 'boolean', default: false },
    cursor: { type: 'string' },
    sortBy: sortingSchema(CURSOR_COLUMNS),
  },
};

export function listRoutes(database: Database): Route[] {
  return [
    route({
      method: 'POST',
      path: '/object/list/:bucket',
      access: 'required',
      operation: 'storage.object.list',
      body: LIST_SCHEMA,
      async handle({ params, body, caller, facts }) {
        const { prefix, limit, offset, search, sortBy = {} } = body as ListRequest;
        const { column = 'name', order = 'asc' } = sortBy;
        const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
        const entries = await database.as(
          caller,
          facts,
          (tx) => tx<Entry[]>`
            select * from storage.search(${folder}, ${params.bucket ?? ''}, ${Math.min(limit, LARGEST_PAGE)}, ${depth(folder)},
              ${offset}, ${search}, ${column}, ${order})`,
        );
        return json(entries);
      },
    }),
    route({
      method: 'POST',
      path: '/object/list-v2/:bucket',
      access: 'required',
      operation: 'storage.object.list_v2',
      body: CURSOR_LIST_SCHEMA,
      async handle({ params, body, caller, facts }) {
        const request = body as CursorListRequest;
        const limit = Math.min(request.limit, LARGEST_PAGE);
        const start = request.cursor === undefined ? undefined : readCursor(request.cursor);
        const cursor: Cursor = start ?? {
          after: '',
          order: request.sortBy?.order,
          column: request.sortBy?.column,
          value: undefined,
        };
        const select = request.with_delimiter ? selectLevel : selectAll;
        // One more than asked for tells whether there is a next page.
        const found = await database.as(caller, facts, (tx) =>
          select(tx, params.bucket ?? '', request.prefix, cursor, limit + 1),
        );
        const page = found.slice(0, limit);
        return json({ ...nextPage(found.length > limit ? page.at(-1) : undefined, cursor), ...split(page) });
      },
    }),
  ];
}

/** Which part of an object's path stands directly below this prefix. */
const depth = (prefix: string) => prefix.split('/').length;

/** One level below the prefix, with folders. */
function selectLevel(tx: Transaction, bucket: string, prefix: string, cursor: Cursor, limit: number) {
  const { after, order = 'asc', column = 'name', value = '' } = cursor;
  return tx<Entry[]>`
    select *, ${tx(column)}::text as sort_value
    from storage.search_v2(${prefix}, ${bucket}, ${limit}, ${depth(prefix)}, ${after}, ${order}, ${column}, ${value})`;
}

/** Everything below the prefix. */
function selectAll(tx: Transaction, bucket: string, prefix: string, cursor: Cursor, limit: number) {
  const { after, order = 'asc', column = 'name', value } = cursor;
  const direction = order === 'desc' ? tx`desc` : tx`asc`;
  const later = order === 'desc' ? tx`<` : tx`>`;
  const byName = column === 'name';
  const rest = byName
    ? tx`and name collate "C" ${later} ${after}`
    : tx`and (${tx(column)}, name collate "C") ${later} (${value ?? ''}::text::timestamptz, ${after})`;
  return tx<Entry[]>`
    select id, name, metadata, updated_at, created_at, last_accessed_at, ${tx(column)}::text as sort_value
    from storage.objects
    where bucket_id = ${bucket}
      and name collate "C" >= ${prefix} and name collate "C" < ${prefix} || chr(1114111)
      ${after === '' ? tx`` : rest}
    order by ${byName ? tx`` : tx`${tx(column)} ${direction},`} name collate "C" ${direction}
    limit ${limit}`;
}

function nextPage(last: Entry | undefined, cursor: Cursor) {
  if (!last) return { hasNext: false };
  const value = cursor.column && cursor.column !== 'name' ? (last.sort_value ?? '') : undefined;
  return {
    hasNext: true,
    nextCursor: writeCursor({ ...cursor, after: last.name, value }),
    nextCursorKey: last.name,
  };
}

function split(page: Entry[]) {
  const entries = page.map(({ sort_value: _, ...entry }) => entry);
  return {
    folders: entries
      .filter(({ id }) => id === null)
      .map((folder) => ({ ...folder, name: `${folder.name}/` })),
    objects: entries.filter(({ id }) => id !== null),
  };
}

/** A cursor is lines of a letter and a value, in base64. */
function writeCursor({ after, order, column, value }: Cursor): string {
  const lines = [`l:${after}`];
  if (order !== undefined) lines.push(`o:${order}`);
  if (column !== undefined) lines.push(`c:${column}`);
  if (value !== undefined) lines.push(`a:${value}`);
  return Buffer.from(lines.join('\n')).toString('base64');
}

function readCursor(text: string): Cursor {
  const lines = new Map<string, string>();
  for (const line of Buffer.from(text, 'base64').toString().split('\n')) {
    const [, letter, value] = /^([loca]):(.*)$/.exec(line) ?? [];
    if (letter === undefined || value === undefined) throw invalidParameter('continuation token');
    lines.set(letter, value);
  }
  const after = lines.get('l');
  const order = lines.get('o') ?? 'asc';
  const column = lines.get('c');
  const value = lines.get('a');
  const isTime = column !== undefined && column !== 'name';
  if (
    after === undefined ||
    !['asc', 'desc'].includes(order) ||
    (isTime && (!CURSOR_COLUMNS.includes(column) || !isTimestamp(value)))
  ) {
    throw invalidParameter('continuation token');
  }
  return { after, order, column, value };
}

/** As the database writes it. A page that ended among folders has none. */
function isTimestamp(value = '-'): boolean {
  return value === '' || /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d$/.test(value);
}
