/** What messages cost in a place with much of everything: no more than what is asked for. */
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, rolledBack } from '../helpers/database.ts';
import { pagesTouched, pagesTouchedAtOnce } from '../helpers/pages.ts';
import { createPrivateChannel, createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

describe('the history of edits', () => {
  it('costs a stranger the same however long it is', () =>
    rolledBack(async (db) => {
      const { ada, eve } = await createRoom(db);
      await db`insert into chat.channels (kind, slug, created_by)
               select 'private', ${`c-${ada}-`} || n, ${ada} from generate_series(1, 200) n`;
      await db`insert into chat.channel_members (channel_id, user_id, role)
               select id, ${ada}, 'admin' from chat.channels where created_by = ${ada} and kind = 'private'`;
      await db`insert into chat.messages (channel_id, author_id, body)
               select id, ${ada}, 'edited often' from chat.channels where created_by = ${ada} and kind = 'private'`;
      await db`insert into chat.message_edits (channel_id, seq, change, body, custom, files, written_at)
               select channel_id, seq, n, 'before', '{}', '[]', now()
                 from chat.messages, generate_series(1, 100) n where author_id = ${ada}`;
      await db`analyze chat.message_edits`;
      const pages = await asUser(db, eve, (as) =>
        pagesTouched(as, (explain) => as`${explain} select * from chat.message_edits limit 100`),
      );
      expect(pages).toBeLessThan(30);
    }));
});

describe('a mention by full name', () => {
  it('costs the same however many people are in the channel', () =>
    rolledBack(async (db) => {
      const { channel, bob, eve } = await createRoom(db);
      const cost = () =>
        pagesTouched(
          db,
          (explain) =>
            db`${explain} select * from chat_private.find_mentions(${channel}, 'Hello @[Bob] and @[Eve]!')`,
        );
      await db`analyze chat.profiles`;
      const alone = await cost();
      await db`insert into auth.users (id, email)
               select gen_random_uuid(), gen_random_uuid() || '@example.com' from generate_series(1, 500)`;
      await db`update chat.profiles set custom = jsonb_build_object('x', repeat('x', 1500)) where created_at = now()`;
      await db`insert into chat.channel_members (channel_id, user_id)
               select ${channel}, p.id from chat.profiles p where p.created_at = now() and p.id <> ${eve}
               on conflict do nothing`;
      await db`analyze chat.profiles`;
      await db`analyze chat.channel_members`;
      expect(await cost()).toBeLessThan(alone + 50);
      const [found] = await db`select user_ids from chat_private.find_mentions(${channel}, '@[bob] @[Eve]')`;
      expect(found?.user_ids).toEqual([bob]);
    }));
});

describe('somebody who has written much elsewhere and nothing here', () => {
  /** A channel made before the others, so that the index has what Ada wrote there in front of what she writes in them. */
  async function withChannels(db: Db) {
    const { channel: elsewhere, ada, bob } = await createPrivateChannel(db);
    const channels = await db`
      insert into chat.channels (kind, slug) select 'private', ${`c-${ada}-`} || n from generate_series(1, 4) n
      returning id`;
    await db`insert into chat.channel_members (channel_id, user_id)
             select c, u from unnest(${channels.map(({ id }) => id)}::uuid[]) c, unnest(${[ada, bob]}::uuid[]) u`;
    const writeMuch = async () => {
      // What triggers would make of them is of no use here and takes long.
      await db`set local session_replication_role = replica`;
      await db`insert into chat.messages (channel_id, seq, author_id, body, rank, author_rank)
               select ${elsewhere}, 1000 + n, ${ada}, 'more', n, n from generate_series(1, 20000) n`;
      await db`set local session_replication_role = origin`;
      await db`analyze chat.messages`;
    };
    return { ada, bob, ids: channels.map(({ id }) => id as string), writeMuch };
  }

  it('reads as little as others to see what is unread', () =>
    rolledBack(async (db) => {
      const { ada, bob, ids, writeMuch } = await withChannels(db);
      const here = ids[0] as string;
      await send(db, bob, here, 'hello');
      const cost = () =>
        asUser(db, ada, (as) =>
          pagesTouched(
            as,
            (explain) => as`${explain} select unread_count from chat.my_channels where id = ${here}`,
          ),
        );
      const little = await cost();
      await writeMuch();
      expect(await cost()).toBeLessThan(little + 20);
    }));

  it('reads as little to write the first message', () =>
    rolledBack(async (db) => {
      const { ada, ids, writeMuch } = await withChannels(db);
      const write = () =>
        pagesTouchedAtOnce(
          db,
          (explain) =>
            db`${explain} insert into chat.messages (channel_id, author_id, body) values (${ids.pop() as string}, ${ada}, 'first')`,
        );
      // The first one also reads the catalogue, and what it says of the tables.
      await write();
      const little = await write();
      await writeMuch();
      await write();
      expect(await write()).toBeLessThan(little + 20);
    }));
});
