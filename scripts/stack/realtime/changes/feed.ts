/** Tells subscribers of the changes of published tables, in commit order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.ts';
import { type Log, reasonOf } from '../log.ts';
import type { Relation, RowChange } from '../pgoutput.ts';
import { ReplicationStream } from '../replication.ts';
import type { Session } from '../tokens.ts';
import type { Binding, ChangeKind, Selection } from './bindings.ts';
import { untilVisible } from './commits.ts';
import { type JsonChange, readChange } from './rows.ts';
import { CHANGES_PUBLICATION, selectionOf } from './selections.ts';
import { readTable, type Table } from './tables.ts';
import { type View, viewOf } from './visibility.ts';

export interface Subscriber {
  readonly session: Session;
  /** `data` is JSON text. */
  deliver(kind: ChangeKind, ids: number[], data: string): void;
}

const STREAM_POLL_MS = 50;

export class ChangeFeed {
  private readonly database: Database;
  private readonly log: Log;
  private readonly stream: ReplicationStream;
  private readonly subscriptions = new Map<Subscriber, Selection[]>();
  private readonly tables = new WeakMap<Relation, Table>();
  private working: Promise<void> = Promise.resolve();
  private visibleTransaction: number | undefined;

  constructor(databaseUrl: string, database: Database, log: Log) {
    this.database = database;
    this.log = log;
    this.stream = new ReplicationStream({
      databaseUrl,
      publication: CHANGES_PUBLICATION,
      log,
      onChange: (change) => this.enqueue(change),
    });
  }

  /**
   * Resolves when changes can arrive.
   * @throws UnusableBinding
   */
  async subscribe(subscriber: Subscriber, bindings: Binding[], signal: AbortSignal): Promise<void> {
    const selections: Selection[] = [];
    for (const binding of bindings) {
      selections.push(await selectionOf(this.database, binding, subscriber.session.role));
    }
    this.stream.start();
    while (!this.stream.up) await sleep(STREAM_POLL_MS, undefined, { signal });
    signal.throwIfAborted();
    this.subscriptions.set(subscriber, selections);
  }

  unsubscribe(subscriber: Subscriber): void {
    this.subscriptions.delete(subscriber);
  }

  async stop(): Promise<void> {
    this.subscriptions.clear();
    await this.stream.stop();
    await this.working;
  }

  private enqueue(change: RowChange): void {
    const { schema, table } = change.relation;
    const interested = this.interestedIn(kindOf(change), schema, table);
    if (interested.length === 0) return;
    this.working = this.working
      .then(() => this.tell(change, interested))
      .catch((error: unknown) => this.log('change_lost', { schema, table, reason: reasonOf(error) }));
  }

  private interestedIn(kind: ChangeKind, schema: string, table: string): Interest[] {
    const interested: Interest[] = [];
    for (const [subscriber, selections] of this.subscriptions) {
      for (const selection of selections) {
        const { event } = selection;
        if (event !== '*' && event !== kind) continue;
        if (selection.schema !== '*' && selection.schema !== schema) continue;
        if (selection.table !== '*' && selection.table !== table) continue;
        interested.push({ subscriber, selection });
      }
    }
    return interested;
  }

  private async tell(change: RowChange, interested: Interest[]): Promise<void> {
    const table = await this.tableOf(change.relation);
    if (!table) return;
    if (change.transactionId !== this.visibleTransaction) {
      await untilVisible(this.database, change.transactionId);
      this.visibleTransaction = change.transactionId;
    }
    const filters = interested.map(({ selection }) => selection.conditions);
    const json = await readChange(this.database, table, change, filters);
    const matching = interested.filter((_, i) => json.matches[i] === true);
    const views = new Map<string, View>();
    for (const [subscriber, selections] of groupBySubscriber(matching)) {
      const { role, claims } = subscriber.session;
      const viewer = `${role} ${JSON.stringify(claims)}`;
      let view = views.get(viewer);
      if (!view) {
        view = await viewOf(this.database, table, subscriber.session, json.record);
        views.set(viewer, view);
      }
      if (!view.isVisible || !this.subscriptions.has(subscriber)) continue;
      for (const { ids, columns } of groupByColumns(selections)) {
        subscriber.deliver(kindOf(change), ids, describe(change, table, json, view, columns));
      }
    }
  }

  private async tableOf(relation: Relation): Promise<Table | undefined> {
    let table = this.tables.get(relation);
    if (!table) {
      table = await readTable(this.database, relation.oid);
      if (table) this.tables.set(relation, table);
    }
    return table;
  }
}

interface Interest {
  subscriber: Subscriber;
  selection: Selection;
}

function kindOf({ kind }: RowChange): ChangeKind {
  return kind.toUpperCase() as ChangeKind;
}

function groupBySubscriber(interests: Interest[]): Map<Subscriber, Selection[]> {
  const groups = new Map<Subscriber, Selection[]>();
  for (const { subscriber, selection } of interests) {
    groups.set(subscriber, [...(groups.get(subscriber) ?? []), selection]);
  }
  return groups;
}

/** Bindings that want the same columns share one event. */
function groupByColumns(selections: Selection[]): { ids: number[]; columns: string[] | undefined }[] {
  const groups = new Map<string, { ids: number[]; columns: string[] | undefined }>();
  for (const { id, columns } of selections) {
    const key = columns ? JSON.stringify(columns) : '';
    const group = groups.get(key);
    if (group) group.ids.push(id);
    else groups.set(key, { ids: [id], columns });
  }
  return [...groups.values()];
}

function describe(
  change: RowChange,
  table: Table,
  json: JsonChange,
  view: View,
  selected: string[] | undefined,
): string {
  const isShown = ({ name, isPrimaryKey }: Table['columns'][number]) =>
    view.columns.has(name) && (isPrimaryKey || !selected || selected.includes(name));
  const shown = table.columns.filter(isShown);
  const shownOld = table.hasRowSecurity ? shown.filter(({ isPrimaryKey }) => isPrimaryKey) : shown;
  const pick = (row: Record<string, unknown>, columns: Table['columns']) =>
    Object.fromEntries(columns.flatMap(({ name }) => (name in row ? [[name, row[name]]] : [])));
  const errors = json.isTooLarge ? [...view.errors, 'Error 413: Payload Too Large'] : view.errors;
  return JSON.stringify({
    schema: change.relation.schema,
    table: change.relation.table,
    type: kindOf(change),
    commit_timestamp: change.committedAt.toISOString(),
    columns: shown.map(({ name, typeName }) => ({ name, type: typeName })),
    errors: errors.length > 0 ? errors : null,
    ...(json.record && { record: pick(json.record, shown) }),
    ...(json.old && { old_record: pick(json.old, shownOld) }),
  });
}
