/** What a subscriber may see of a change: its policies decide about the row, its grants about the columns. */
import type { Database } from '../database.ts';
import type { Session } from '../tokens.ts';
import type { JsonRow } from './rows.ts';
import { quoteIdentifier, type Table } from './tables.ts';

export interface View {
  /** Names of the columns that the role may select. */
  columns: Set<string>;
  isVisible: boolean;
  /** Why the row cannot be shown, although nobody forbids it. */
  errors: string[];
}

export async function viewOf(
  database: Database,
  table: Table,
  session: Session,
  record: JsonRow | undefined,
): Promise<View> {
  const columns = await selectableColumns(database, table, session.role);
  const key = table.columns.filter(({ isPrimaryKey }) => isPrimaryKey);
  // Deletions are told to everybody, as their key: no policy can be asked about a row that is gone.
  if (!table.hasRowSecurity || !record) {
    return { columns, isVisible: columns.size > 0, errors: [] };
  }
  if (key.length === 0) {
    return { columns: new Set(), isVisible: true, errors: ['Error 400: Bad Request, no primary key'] };
  }
  if (!key.every(({ name }) => columns.has(name))) {
    return { columns: new Set(), isVisible: true, errors: ['Error 401: Unauthorized'] };
  }
  const tests = key.map(({ name, sqlType }, i) => `${quoteIdentifier(name)} = ($1)[${i + 1}]::${sqlType}`);
  const statement = `select exists (select from ${table.identifier} where ${tests.join(' and ')})`;
  const values = key.map(({ name }) => textOf(record[name]));
  const sub = typeof session.claims.sub === 'string' ? session.claims.sub : '';
  const [row] = await database<{ visible: boolean }[]>`
    select realtime.holds_for(${session.role}, ${JSON.stringify(session.claims)}, ${sub}, ${statement},
      ${values}::text[]) as visible`;
  return { columns, isVisible: row?.visible === true, errors: [] };
}

async function selectableColumns(database: Database, { oid }: Table, role: string): Promise<Set<string>> {
  const rows = await database<{ name: string }[]>`
    select a.attname as name from pg_attribute a join pg_roles r on r.rolname = ${role}
    where a.attrelid = ${oid} and a.attnum > 0 and not a.attisdropped
      and has_column_privilege(r.oid, a.attrelid, a.attnum, 'select')`;
  return new Set(rows.map(({ name }) => name));
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
