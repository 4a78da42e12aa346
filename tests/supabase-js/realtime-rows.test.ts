/** Row changes (Postgres Changes) as the real client hears them. */
import { randomUUID } from 'node:crypto';
import type { RealtimePostgresChangesPayload, SupabaseClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { signUp } from '../helpers/people.ts';

interface Note extends Record<string, unknown> {
  id: number;
  owner: string | null;
  body: string;
}
type Change = RealtimePostgresChangesPayload<Note>;
type Filter = { event?: '*' | 'INSERT' | 'UPDATE' | 'DELETE'; filter?: string };

const schema = `supabase_js_${randomUUID().replaceAll('-', '')}`;
const notes = database(`${schema}.notes`);
const clients: SupabaseClient[] = [];

beforeAll(async () => {
  await database.unsafe(`
    create schema ${schema};
    grant usage on schema ${schema} to authenticated;
    create table ${schema}.notes (id integer primary key, owner uuid, body text not null);
    alter table ${schema}.notes replica identity full;
    alter table ${schema}.notes enable row level security;
    grant select on ${schema}.notes to authenticated;
    create policy select_own on ${schema}.notes for select to authenticated
      using (owner is null or owner = (select auth.uid()));
    alter publication supabase_realtime add table ${schema}.notes;
  `);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((supabase) => supabase.removeAllChannels()));
});

afterAll(async () => {
  await database.unsafe(`drop schema ${schema} cascade`);
  await database.end();
});

/** Somebody who hears of changes; resolves once the server listens for them. */
async function listener(options: Filter = {}) {
  const person = await signUp();
  const supabase = person.supabase as unknown as SupabaseClient;
  clients.push(supabase);
  await supabase.realtime.setAuth();
  const changes: Change[] = [];
  const channel = supabase.channel(randomUUID());
  await new Promise<void>((resolve, reject) => {
    channel
      .on<Note>(
        'postgres_changes',
        { event: '*', schema, table: 'notes', ...options } as never,
        (change: Change) => changes.push(change),
      )
      .on('system', {}, ({ status, message }: { status: string; message: string }) => {
        if (status === 'ok') resolve();
        else reject(new Error(message));
      })
      .subscribe((status, error) => {
        if (status === 'CHANNEL_ERROR') reject(error);
      });
  });
  return { person, changes };
}

const arrive = (changes: Change[], expected: object[]) =>
  expect.poll(() => changes, { interval: 20 }).toMatchObject(expected);

let last = 0;
const nextId = () => {
  last += 1;
  return last;
};

describe('a listener', () => {
  it('hears of rows that come, change and go', async () => {
    const { changes } = await listener();
    const id = nextId();
    const meta = { schema, table: 'notes', errors: null, commit_timestamp: expect.any(String) };
    const expected: object[] = [];
    // One after the other: of a row that is gone already nobody is told what it was.
    await database`insert into ${notes} values (${id}, null, 'a')`;
    expected.push({ ...meta, eventType: 'INSERT', new: { id, owner: null, body: 'a' }, old: {} });
    await arrive(changes, expected);
    await database`update ${notes} set body = 'b' where id = ${id}`;
    expected.push({ ...meta, eventType: 'UPDATE', new: { id, owner: null, body: 'b' }, old: { id } });
    await arrive(changes, expected);
    await database`delete from ${notes} where id = ${id}`;
    expected.push({ ...meta, eventType: 'DELETE', new: {}, old: { id } });
    await arrive(changes, expected);
  });

  it('hears one kind of change when that is all they want', async () => {
    const { changes } = await listener({ event: 'UPDATE' });
    const id = nextId();
    await database`insert into ${notes} values (${id}, null, 'a')`;
    await database`update ${notes} set body = 'b' where id = ${id}`;
    await arrive(changes, [{ eventType: 'UPDATE', new: { id, body: 'b' } }]);
  });

  it('hears of rows that pass the filter', async () => {
    const [wanted, other] = [nextId(), nextId()];
    const { changes } = await listener({ event: 'INSERT', filter: `id=eq.${wanted}` });
    await database`insert into ${notes} values (${other}, null, 'other'), (${wanted}, null, 'wanted')`;
    await arrive(changes, [{ eventType: 'INSERT', new: { id: wanted, body: 'wanted' } }]);
  });

  it('hears only of rows that they may read', async () => {
    const [ada, eve] = [await listener({ event: 'INSERT' }), await listener({ event: 'INSERT' })];
    const [own, open] = [nextId(), nextId()];
    await database`insert into ${notes} values (${own}, ${ada.person.id}, 'own'), (${open}, null, 'open')`;
    await arrive(ada.changes, [{ new: { id: own } }, { new: { id: open } }]);
    await arrive(eve.changes, [{ new: { id: open } }]);
  });

  it('is told of a filter that names no column', async () => {
    await expect(listener({ filter: 'nope=eq.1' })).rejects.toThrow(/nope/);
  });
});
