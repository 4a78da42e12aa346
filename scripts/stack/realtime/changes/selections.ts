/** Checks bindings against the publication and its tables. */
import type { Database } from '../database.ts';
import type { Binding, ChangeKind, Selection } from './bindings.ts';
import { describeSelection } from './bindings.ts';
import { parseFilter, typedValues, UnreadableFilter } from './filters.ts';
import { readTable } from './tables.ts';

export const CHANGES_PUBLICATION = 'supabase_realtime';

/** A binding that can never work; its text goes to the client. */
export class UnusableBinding extends Error {
  override name = 'UnusableBinding';
}

const KINDS = new Set<string>(['INSERT', 'UPDATE', 'DELETE', '*']);
const CONDITION_NAMES: Record<string, string> = {
  '22P02': 'invalid_text_representation',
  '42704': 'undefined_object',
  P0001: 'raise_exception',
};

/** @throws UnusableBinding */
export async function selectionOf(database: Database, binding: Binding, role: string): Promise<Selection> {
  const selection = readSelection(binding);
  const { schema, table } = selection;
  const tables = await database<{ oid: number }[]>`
    select c.oid::int8::int as oid from pg_publication_tables p
    join pg_namespace n on n.nspname = p.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
    where p.pubname = ${CHANGES_PUBLICATION} 
      and ${schema}::text in ('*', p.schemaname) and ${table}::text in ('*', p.tablename)`;
  const [first] = tables;
  if (!first) {
    throw new UnusableBinding(
      `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: ${describeSelection(selection)}`,
    );
  }
  if (table !== '*') await checkConditions(database, selection, first.oid, role);
  return selection;
}

function readSelection({ id, request }: Binding): Selection {
  const text = (key: string) => (typeof request[key] === 'string' ? request[key] : undefined);
  const event = (text('event') ?? '*').toUpperCase();
  const table = text('table');
  const schema = text('schema') ?? (table === undefined ? undefined : 'public');
  if (schema === undefined || !KINDS.has(event)) {
    throw new UnusableBinding(
      `No subscription params provided. Please provide at least a \`schema\` or \`table\` to subscribe to: ${JSON.stringify(request)}`,
    );
  }
  const { select } = request;
  const columns = Array.isArray(select) ? select.filter((name) => typeof name === 'string') : undefined;
  try {
    const conditions = parseFilter(text('filter') ?? '');
    return { id, event: event as ChangeKind | '*', schema, table: table ?? '*', conditions, columns };
  } catch (error) {
    if (error instanceof UnreadableFilter) throw new UnusableBinding(error.message);
    throw error;
  }
}

async function checkConditions(
  database: Database,
  selection: Selection,
  oid: number,
  role: string,
): Promise<void> {
  const table = await readTable(database, oid);
  for (const condition of selection.conditions) {
    const column = table?.columns.find(({ name }) => name === condition.column);
    if (!column || !(await maySelect(database, oid, column.name, role))) {
      throw failure(selection, 'P0001', `invalid column for filter ${condition.column}`);
    }
    for (const value of typedValues(condition)) {
      try {
        await database.unsafe(`select $1::text::${column.sqlType}`, [value]);
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (code === undefined) throw error;
        throw failure(selection, code, message);
      }
    }
  }
}

async function maySelect(database: Database, oid: number, column: string, role: string): Promise<boolean> {
  const [row] = await database<{ allowed: boolean | null }[]>`
    select has_column_privilege(r.oid, ${oid}::oid, ${column}, 'select') as allowed
    from pg_roles r where r.rolname = ${role}`;
  return row?.allowed === true;
}

function failure(selection: Selection, code: string, message: string): UnusableBinding {
  return new UnusableBinding(
    `Unable to subscribe to changes with given parameters. An exception happened so please check your connect parameters: ${describeSelection(selection)}. Exception: ERROR ${code} (${CONDITION_NAMES[code] ?? 'error'}) ${message}`,
  );
}
