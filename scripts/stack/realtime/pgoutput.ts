/** Reads the messages of PostgreSQL's logical decoding plugin `pgoutput`, protocol version 1, values as text. */

export interface Column {
  name: string;
  /** Part of the replica identity. */
  isKey: boolean;
  typeOid: number;
}

export interface Relation {
  oid: number;
  schema: string;
  table: string;
  hasFullIdentity: boolean;
  columns: Column[];
}

/** A value's text, `null`, or `undefined` for a large value that an update left alone and the log omits. */
export type Value = Buffer | null | undefined;

export interface RowChange {
  kind: 'insert' | 'update' | 'delete';
  relation: Relation;
  transactionId: number;
  /** When its transaction committed. */
  committedAt: Date;
  /** The row after the change, in the order of the relation's columns. */
  record: Value[] | undefined;
  /** The row before the change: all of it, or the key alone with the rest `null`. */
  old: Value[] | undefined;
}

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const FULL_IDENTITY = 'f';

export class PgOutputReader {
  private readonly relations = new Map<number, Relation>();
  private committedAt = new Date(0);
  private transactionId = 0;

  /** The change that a message carries; most other messages only prepare for one. */
  read(message: Buffer): RowChange | undefined {
    const cursor = new Cursor(message);
    switch (cursor.char()) {
      case 'B':
        cursor.skip(8);
        this.committedAt = microsecondsToDate(cursor.int64());
        this.transactionId = cursor.uint32();
        return undefined;
      case 'R':
        this.learn(cursor);
        return undefined;
      case 'I':
        return this.insert(cursor);
      case 'U':
        return this.update(cursor);
      case 'D':
        return this.delete(cursor);
      default:
        return undefined;
    }
  }

  private learn(cursor: Cursor): void {
    const oid = cursor.uint32();
    const schema = cursor.name() || 'pg_catalog';
    const table = cursor.name();
    const hasFullIdentity = cursor.char() === FULL_IDENTITY;
    const columns = cursor.times(cursor.uint16(), (): Column => {
      const isKey = cursor.uint8() === 1;
      const name = cursor.name();
      const typeOid = cursor.uint32();
      cursor.skip(4);
      return { name, isKey, typeOid };
    });
    this.relations.set(oid, { oid, schema, table, hasFullIdentity, columns });
  }

  private insert(cursor: Cursor): RowChange {
    const relation = this.relation(cursor);
    cursor.skip(1);
    return this.change('insert', relation, cursor.tuple(), undefined);
  }

  private update(cursor: Cursor): RowChange {
    const relation = this.relation(cursor);
    let old: Value[] | undefined;
    // 'K' or 'O' and the old row come first, when the replica identity changed or is the whole row.
    if (cursor.char() !== 'N') {
      old = cursor.tuple();
      cursor.skip(1);
    }
    return this.change('update', relation, cursor.tuple(), old);
  }

  private delete(cursor: Cursor): RowChange {
    const relation = this.relation(cursor);
    cursor.skip(1);
    return this.change('delete', relation, undefined, cursor.tuple());
  }

  private change(
    kind: RowChange['kind'],
    relation: Relation,
    record: Value[] | undefined,
    old: Value[] | undefined,
  ): RowChange {
    const { transactionId, committedAt } = this;
    return { kind, relation, transactionId, committedAt, record, old };
  }

  private relation(cursor: Cursor): Relation {
    const oid = cursor.uint32();
    const relation = this.relations.get(oid);
    if (!relation) throw new Error(`unable to read the change stream; relation ${oid} was not announced`);
    return relation;
  }
}

function microsecondsToDate(microseconds: bigint): Date {
  return new Date(POSTGRES_EPOCH_MS + Number(microseconds / 1000n));
}

class Cursor {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  skip(count: number): void {
    this.at += count;
  }

  uint8(): number {
    return this.bytes.readUInt8(this.at++);
  }

  char(): string {
    return String.fromCharCode(this.uint8());
  }

  uint16(): number {
    this.at += 2;
    return this.bytes.readUInt16BE(this.at - 2);
  }

  uint32(): number {
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }

  int64(): bigint {
    this.at += 8;
    return this.bytes.readBigInt64BE(this.at - 8);
  }

  name(): string {
    const end = this.bytes.indexOf(0, this.at);
    const name = this.bytes.toString('utf8', this.at, end);
    this.at = end + 1;
    return name;
  }

  times<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }

  tuple(): Value[] {
    return this.times(this.uint16(), () => {
      const kind = this.char();
      if (kind === 'n') return null;
      if (kind === 'u') return undefined;
      const length = this.uint32();
      this.at += length;
      return this.bytes.subarray(this.at - length, this.at);
    });
  }
}
