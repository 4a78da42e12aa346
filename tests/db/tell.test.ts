import { afterAll, expect, it } from 'vitest';
import { database, refusal, rolledBack } from '../helpers/database.ts';
import { createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

it('what Realtime does not take fails nothing: the announcement is lost and what it was about stays', () =>
  rolledBack(async (db) => {
    const { channel, ada } = await createRoom(db);
    await send(db, ada, channel, 'stays');
    // Realtime's table takes no message without a topic, as it takes none at all while it has no partition.
    expect(
      await refusal(db.savepoint((step) => step`select chat_private.tell(null, 'x', '{}')`)),
    ).toBeUndefined();
    expect(await db`select from chat.messages where channel_id = ${channel}`).toHaveLength(1);
  }));
