/** What a channel wants to hear of the database's changes. */
import { isRecord } from '../protocol.ts';
import type { Condition } from './filters.ts';

export type ChangeKind = 'INSERT' | 'UPDATE' | 'DELETE';

/** As the client asked, with the id that its events carry. */
export interface Binding {
  id: number;
  request: Record<string, unknown>;
}

/** A binding that was understood. */
export interface Selection {
  id: number;
  event: ChangeKind | '*';
  schema: string;
  table: string;
  conditions: Condition[];
  /** Columns to send beside the key; all when left out. */
  columns: string[] | undefined;
}

export interface ChangeRequest {
  bindings: Binding[];
  /** The oldest dialect names tables in the topic, and its events are called INSERT, UPDATE and DELETE. */
  isLegacy: boolean;
}

let lastId = 0;

/** Reads the join's payload; one without settings is of the oldest dialect. */
export function readChangeRequest(payload: unknown, name: string): ChangeRequest {
  if (isRecord(payload) && !('config' in payload)) {
    const [schema, table, filter] = name.split(':', 3);
    const request = { schema, ...(table && { table }), ...(filter && { filter }) };
    return { bindings: [bind(request)], isLegacy: true };
  }
  const config = isRecord(payload) && isRecord(payload.config) ? payload.config : {};
  const requests = Array.isArray(config.postgres_changes) ? config.postgres_changes.filter(isRecord) : [];
  return { bindings: requests.map(bind), isLegacy: false };
}

function bind(request: Record<string, unknown>): Binding {
  return { id: ++lastId, request };
}

/** The reply to the join repeats each request, in its order. */
export function describeBindings({ bindings }: ChangeRequest): unknown[] {
  return bindings.map(({ id, request }) => ({ ...request, id }));
}

/** The selection in the words of the real server's messages. */
export function describeSelection({ event, schema, table, conditions, columns }: Selection): string {
  const filters = conditions.map(
    ({ column, operator, value, isNegated }) =>
      `{${[column, operator, value].map((part) => JSON.stringify(part)).join(', ')}, ${isNegated}}`,
  );
  const select = columns ? `[${columns.map((column) => JSON.stringify(column)).join(', ')}]` : 'nil';
  return `[event: ${event}, schema: ${schema}, table: ${table}, filters: [${filters.join(', ')}], select: ${select}]`;
}
