import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, rolledBack } from '../helpers/database.ts';
import { createRoom, heard, send } from '../helpers/room.ts';

afterAll(() => database.end());

const URL = 'https://example.com/menu';
const PREVIEW = { url: URL, title: 'Menu', description: '', image: '' };

const waiting = (db: Db, channel: string) =>
  db`select seq::int, url from chat_private.link_preview_requests where channel_id = ${channel} order by seq`;

const store = (db: Db, channel: string, seq: number, preview: object | null, url = URL) =>
  db`select chat_private.store_link_preview(${channel}, ${seq}, ${url}, ${preview && db.json(preview as never)})`;

const shown = async (db: Db, channel: string, seq: number) => {
  const [row] = await db`select link_preview, change::int, edited_at is not null as is_edited
                           from chat.messages where channel_id = ${channel} and seq = ${seq}`;
  return row;
};

describe('the first link of a text', () => {
  it.each([
    ['see https://a.example/x?y=1#z.', 'https://a.example/x?y=1#z'],
    ['(https://a.example/x)', 'https://a.example/x'],
    ['https://en.example/A_(b), and more', 'https://en.example/A_(b)'],
    ['<https://a.example> https://b.example', 'https://a.example'],
    ['HTTP://A.example!', 'HTTP://A.example'],
    ['**https://a.example**', 'https://a.example'],
    ['nothttps://a.example', null],
    ['ftp://a.example', null],
    ['https:// a', null],
    [`https://a.example/${'x'.repeat(2000)}`, null],
  ])('of %j is %j', async (body, url) => {
    expect(await database`select chat_private.first_link(${body}) as url`).toEqual([{ url }]);
  });
});

describe('a link preview', () => {
  it('is waited for once, and shown as a change of the message that is no edit', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await send(db, ada, channel, `look ${URL}, and https://example.com/other`);
      await send(db, ada, channel, 'no link');
      expect([...(await waiting(db, channel))]).toEqual([{ seq: 1, url: URL }]);
      await store(db, channel, 1, PREVIEW);
      expect(await shown(db, channel, 1)).toEqual({ link_preview: PREVIEW, change: 1, is_edited: false });
      expect(await heard(db, `channel:${channel}:0`, 'message:updated')).toMatchObject([
        { seq: 1, link_preview: PREVIEW },
      ]);
      expect(await waiting(db, channel)).toHaveLength(0);
    }));

  it('comes with the message at once where the page was read lately, also when it said nothing', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await send(db, ada, channel, URL);
      await store(db, channel, 1, PREVIEW);
      await send(db, ada, channel, URL);
      expect(await shown(db, channel, 2)).toEqual({ link_preview: PREVIEW, change: 0, is_edited: false });
      await store(db, channel, 1, null, 'https://example.com/nothing');
      await send(db, ada, channel, 'https://example.com/nothing');
      expect(await waiting(db, channel)).toHaveLength(0);
    }));

  it('goes with its link, and that of another link takes its place', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await send(db, ada, channel, URL);
      await store(db, channel, 1, PREVIEW);
      const edit = (body: string) =>
        asUser(db, ada, (as) => as`select from chat.edit_message(${channel}, 1, ${body})`);
      await edit(`${URL} is nice`);
      expect(await shown(db, channel, 1)).toMatchObject({ link_preview: PREVIEW });
      await edit('https://example.com/other');
      expect(await shown(db, channel, 1)).toMatchObject({ link_preview: null });
      expect([...(await waiting(db, channel))]).toEqual([{ seq: 1, url: 'https://example.com/other' }]);
      // What comes too late for a link that is not there any more changes nothing.
      await store(db, channel, 1, PREVIEW);
      expect(await shown(db, channel, 1)).toMatchObject({ link_preview: null });
    }));

  it('goes with the message', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await send(db, ada, channel, URL);
      await store(db, channel, 1, PREVIEW);
      await asUser(db, ada, (as) => as`select from chat.delete_message(${channel}, 1)`);
      expect(await shown(db, channel, 1)).toMatchObject({ link_preview: null });
    }));

  it('that a worker has taken is taken by no other for two minutes', () =>
    rolledBack(async (db) => {
      const { ada, channel } = await createRoom(db);
      await send(db, ada, channel, URL);
      const take = () =>
        db`select attempts from chat_private.take_link_previews(1000) where channel_id = ${channel}`;
      expect([...(await take())]).toEqual([{ attempts: 1 }]);
      expect(await take()).toHaveLength(0);
      await db`update chat_private.link_preview_requests set due_at = now() where channel_id = ${channel}`;
      expect([...(await take())]).toEqual([{ attempts: 2 }]);
    }));
});
