/** What messages cost in a place with much of everything: no more than what is asked for. */
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, database, rolledBack } from '../helpers/database.ts';
import { pagesTouched } from '../helpers/pages.ts';
import { createRoom } from '../helpers/room.ts';

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
