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
