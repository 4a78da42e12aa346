import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

const people = async (db: Db) => ({ ada: await createUser(db), bob: await createUser(db) });

const block = (db: Db, blocker: string, blocked: string | null) =>
  asUser(db, blocker, (as) => as`select * from chat.block_user(${blocked})`);

const isBlocked = async (db: Db, a: string, b: string) => {
  const [row] = await db`select chat_private.is_blocked_pair(${a}, ${b}) as answer`;
  return row?.answer as boolean;
};

it('a block binds both people until the blocker lifts it', () =>
  rolledBack(async (db) => {
    const { ada, bob } = await people(db);
    expect(await isBlocked(db, ada, bob)).toBe(false);
    await block(db, ada, bob);
    expect([await isBlocked(db, ada, bob), await isBlocked(db, bob, ada)]).toEqual([true, true]);

    await asUser(db, bob, (as) => as`select chat.unblock_user(${ada})`);
    expect(await isBlocked(db, ada, bob)).toBe(true);
    await asUser(db, ada, (as) => as`select chat.unblock_user(${bob})`);
    expect(await isBlocked(db, ada, bob)).toBe(false);
  }));

it('blocking twice gives the same block, and two people may block each other', () =>
  rolledBack(async (db) => {
    const { ada, bob } = await people(db);
    const [first] = await block(db, ada, bob);
    const [second] = await block(db, ada, bob);
    expect(first).toMatchObject({ blocker_id: ada, blocked_id: bob });
    expect(second).toEqual(first);
    await block(db, bob, ada);
    await asUser(db, ada, (as) => as`select chat.unblock_user(${bob})`);
    expect(await isBlocked(db, ada, bob)).toBe(true);
  }));

it('nobody blocks themselves or somebody who does not exist', () =>
  rolledBack(async (db) => {
    const { ada } = await people(db);
    expect(await refusal(block(db, ada, ada))).toBe('cannot_block_oneself');
    expect(await refusal(block(db, ada, randomUUID()))).toBe('user_not_found');
    expect(await refusal(block(db, ada, null))).toBe('user_not_found');
    expect(await db`select from chat.blocks where blocker_id = ${ada}`).toHaveLength(0);
  }));

it('a user lists whom they have blocked page by page, newest first, and never by whom they are', () =>
  rolledBack(async (db) => {
    const { ada, bob } = await people(db);
    const others = [bob, await createUser(db), await createUser(db), await createUser(db)];
    for (const other of others) await block(db, ada, other);
    await block(db, others[1] as string, ada);
    // Two of them in the same millisecond, which one transaction makes of all.
    await db`update chat.blocks set created_at = created_at - interval '1 hour' where blocker_id = ${ada} and blocked_id = any (${others.slice(0, 2)})`;

    const all = await asUser(db, ada, (as) => as`select * from chat.list_blocks()`);
    expect(all.map((row) => row.blocked_id).sort()).toEqual([...others].sort());
    expect(
      all
        .slice(2)
        .map((row) => row.blocked_id)
        .sort(),
    ).toEqual(others.slice(0, 2).sort());

    const paged: string[] = [];
    for (let last: Record<string, unknown> | undefined; ; ) {
      const after = last;
      const page = await asUser(
        db,
        ada,
        (as) => as`select * from chat.list_blocks(
          ${(after?.created_at as Date) ?? null}, ${(after?.blocked_id as string) ?? null}, 1)`,
      );
      if (!page[0]) break;
      last = page[0];
      paged.push(last.blocked_id as string);
    }
    expect(paged).toEqual(all.map((row) => row.blocked_id));
    expect(await asUser(db, bob, (as) => as`select * from chat.list_blocks()`)).toHaveLength(0);
  }));

it.each([0, 201, null])('a page of %s blocks is refused', (size) =>
  rolledBack(async (db) => {
    const { ada } = await people(db);
    const list = asUser(db, ada, (as) => as`select from chat.list_blocks(page_size => ${size})`);
    expect(await refusal(list)).toBe('invalid_page_size');
  }),
);
