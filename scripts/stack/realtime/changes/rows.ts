/** Turns a change into JSON and asks the bindings' filters about it; both are the database's to do, for it knows the types. */
import type { Database } from '../database.ts';
import type { RowChange, Value } from '../pgoutput.ts';
import type { Condition } from './filters.ts';
import { conditionSql } from './filters.ts';
import { quoteIdentifier, type Table, type TableColumn } from './tables.ts';

export type JsonRow = Record<string, unknown>;

export interface JsonChange {
  record: JsonRow | undefined;
  old: JsonRow | undefined;
  /** For each of the lists of conditions, whether all of them hold. */
  matches: boolean[];
  isTooLarge: boolean;
}

const MOST_ROW_BYTES = 1024 * 1024;
/** What is kept of a row that is larger. */
const MOST_VALUE_BYTES = 64;

export async function readChange(
  database: Database,
  table: Table,
  change: RowChange,
  filters: Condition[][],
): Promise<JsonChange> {
  const isTooLarge = [...(change.record ?? []), ...(change.old ?? [])].reduce(bytesOf, 0) > MOST_ROW_BYTES;
  const parameters: string[] = [];
  const parameter = (value: string) => `$${parameters.push(value)}`;
  const row = (columns: RowColumn[] | undefined) =>
    `(select ${columns?.map(({ column, value }) => expression(column, value, parameter)).join(', ') ?? ''})`;

  const record = presentColumns(table, change, change.record, isTooLarge);
  const old = oldColumns(table, change, isTooLarge);
  const tested = new Map((record ?? old ?? []).map(({ column }) => [column.name, column]));
  const tests = filters.map((conditions) => {
    const parts = conditions.map((condition) => {
      const column = tested.get(condition.column);
      return column
        ? conditionSql(condition, `t.${quoteIdentifier(column.name)}`, column.sqlType, parameter)
        : 'false';
    });
    return parts.length > 0 ? parts.join(' and ') : 'true';
  });
  const [answer] = await database.unsafe<{ record: JsonRow; old: JsonRow; matches: boolean[] }[]>(
    `select to_jsonb(r) as record, to_jsonb(o) as old, array[${tests.join(', ')}]::boolean[] as matches
     from ${row(record)} r, ${row(old)} o, ${row(record ?? old)} t`,
    parameters,
  );
  return {
    record: record && answer?.record,
    old: old && answer?.old,
    matches: answer?.matches ?? [],
    isTooLarge,
  };
}

interface RowColumn {
  column: TableColumn;
  value: Buffer | null;
}

function presentColumns(
  table: Table,
  { relation, old }: RowChange,
  values: Value[] | undefined,
  isTooLarge: boolean,
): RowColumn[] | undefined {
  if (!values) return undefined;
  const present: RowColumn[] = [];
  for (const [i, { name }] of relation.columns.entries()) {
    const column = table.columns.find((known) => known.name === name);
    // A large value that the update left alone is missing, unless the old row brings it.
    const value = values[i] === undefined ? old?.[i] : values[i];
    if (!column || value === undefined) continue;
    if (isTooLarge && (value?.length ?? 0) > MOST_VALUE_BYTES) continue;
    present.push({ column, value });
  }
  return present;
}

/** The old row as far as the log has it: all of it, or its key, which an update that kept the key leaves out. */
function oldColumns(table: Table, change: RowChange, isTooLarge: boolean): RowColumn[] | undefined {
  if (change.kind === 'insert') return undefined;
  const columns = presentColumns(table, change, change.old ?? change.record, isTooLarge);
  if (change.relation.hasFullIdentity) return columns;
  const keys = new Set(change.relation.columns.filter(({ isKey }) => isKey).map(({ name }) => name));
  return columns?.filter(({ column }) => keys.has(column.name));
}

function expression(column: TableColumn, value: Buffer | null, parameter: (value: string) => string): string {
  const text = value === null ? 'null' : `${parameter(value.toString())}::text`;
  return `${text}::${column.sqlType} as ${quoteIdentifier(column.name)}`;
}

function bytesOf(sum: number, value: Value): number {
  return sum + (value?.length ?? 0);
}
