/** What is known of a table whose rows change. */
import type { Database } from '../database.ts';

export interface TableColumn {
  name: string;
  /** As clients know it: `int4`, `_text`. */
  typeName: string;
  /** As SQL knows it: `integer`, `text[]`, `public.mood`. */
  sqlType: string;
  isPrimaryKey: boolean;
}

export interface Table {
  oid: number;
  /** Quoted and qualified. */
  identifier: string;
  hasRowSecurity: boolean;
  columns: TableColumn[];
}

export async function readTable(database: Database, oid: number): Promise<Table | undefined> {
  const rows = await database<(TableColumn & { identifier: string; hasRowSecurity: boolean })[]>`
    select c.oid::regclass::text as "relation", format('%I.%I', n.nspname, c.relname) as "identifier",
      c.relrowsecurity as "hasRowSecurity", a.attname as "name", t.typname as "typeName",
      format_type(a.atttypid, null) as "sqlType", coalesce(a.attnum = any (i.indkey), false) as "isPrimaryKey"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.oid = ${oid} order by a.attnum`;
  const [first] = rows;
  if (!first) return undefined;
  return {
    oid,
    identifier: first.identifier,
    hasRowSecurity: first.hasRowSecurity,
    columns: rows.map(({ name, typeName, sqlType, isPrimaryKey }) => ({
      name,
      typeName,
      sqlType,
      isPrimaryKey,
    })),
  };
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
