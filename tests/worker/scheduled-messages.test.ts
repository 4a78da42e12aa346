import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { type RunningWorker, startWorker } from './program.ts';

const workers: RunningWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.end('SIGKILL')));
});
afterAll(() => database.end());

async function start(): Promise<RunningWorker> {
  const worker = await startWorker();
  workers.push(worker);
  return worker;
}

async function groupOf(ada: Person, bob: Person): Promise<string> {
  const { data } = await ada.supabase
    .rpc('create_group', { member_ids: [bob.id] })
    .single()
    .throwOnError();
  return data.id;
}

/** Rows that are due already, as if no worker had run for a while. */
async function makeDue(author: Person, channel: string, count: number): Promise<string[]> {
  const rows = await database`
    insert into chat.scheduled_messages (author_id, channel_id, body, scheduled_for)
    select ${author.id}, ${channel}, n::text, now() - interval '1 hour' + n * interval '1 millisecond'
      from generate_series(1, ${count}) n returning id`;
  return rows.map(({ id }) => id as string);
}

const statuses = async (ids: string[]) => {
  const rows = await database`select status, failure from chat.scheduled_messages where id = any (${ids})`;
  return rows.map(({ status, failure }) => failure ?? status);
};

const sent = async (channel: string) => {
  const rows = await database`select id, body, author_id from chat.messages
                              where channel_id = ${channel} and kind = 'user' order by seq`;
  return rows.map(({ id }) => id as string);
};

// Starting a worker takes a busy machine a while.
describe('scheduled messages', { timeout: 90_000 }, () => {
  it('what became due while no worker ran is sent once each, also by two that are killed and started again', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await groupOf(ada, bob);
    const ids = await makeDue(ada, channel, 200);
    await Promise.all([start(), start()]);
    for (let round = 0; round < 2; round += 1) {
      const before = (await sent(channel)).length;
      await expect
        .poll(async () => (await sent(channel)).length, { timeout: 30_000 })
        .toBeGreaterThanOrEqual(Math.min(before + 20, ids.length));
      await Promise.all(workers.splice(0).map((worker) => worker.end('SIGKILL')));
      await Promise.all([start(), start()]);
    }
    await expect
      .poll(() => statuses(ids).then((all) => new Set(all)), { timeout: 60_000 })
      .toEqual(new Set(['sent']));
    const stored = await sent(channel);
    expect(stored).toHaveLength(200);
    expect(new Set(stored)).toEqual(new Set(ids));
  }, 150_000);

  it('a worker that is told to stop ends cleanly and says so in JSON', async () => {
    const worker = await start();
    workers.splice(0);
    expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
    const lines = worker
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string });
    expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'the worker stops' });
  });

  it('who has left the channel, or was suspended, sends nothing, and the row says why', async () => {
    const [ada, bob, eve] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Eve')]);
    const channel = await groupOf(ada, bob);
    await ada.supabase.rpc('add_members', { channel_id: channel, user_ids: [eve.id] }).throwOnError();
    const { data: bobs } = await bob.supabase
      .rpc('schedule_message', {
        channel_id: channel,
        body: 'x',
        scheduled_for: new Date(Date.now() + 5000).toISOString(),
      })
      .single()
      .throwOnError();
    await database`delete from chat.channel_members where channel_id = ${channel} and user_id = ${bob.id}`;
    await database`update chat.accounts set suspended_at = now() where user_id = ${eve.id}`;
    const [eves] = await makeDue(eve, channel, 1);
    await start();
    await expect
      .poll(() => statuses([bobs.id, eves ?? '']).then((all) => all.toSorted()), { timeout: 30_000 })
      .toEqual(['account_suspended', 'channel_not_found']);
    expect(await sent(channel)).toEqual([]);
  });

  it('files go with it', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await groupOf(ada, bob);
    const { data: file } = await ada.supabase
      .rpc('create_file', { channel_id: channel, name: 'a.txt', mime_type: 'text/plain', size: 5 })
      .single()
      .throwOnError();
    await ada.supabase.storage
      .from('files')
      .upload(`${channel}/${file.id}`, new Blob(['hello'], { type: 'text/plain' }));
    const id = randomUUID();
    await ada.supabase
      .rpc('schedule_message', {
        id,
        channel_id: channel,
        file_ids: [file.id],
        scheduled_for: new Date(Date.now() + 5000).toISOString(),
      })
      .throwOnError();
    await start();
    await expect.poll(() => statuses([id]), { timeout: 30_000 }).toEqual(['sent']);
    expect(await database`select file_ids from chat.messages where id = ${id}`).toMatchObject([
      { file_ids: [file.id] },
    ]);
  });
});
