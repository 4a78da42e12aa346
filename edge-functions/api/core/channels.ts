/** What takes more than one call of channels: lists with their length, direct messages opened and read. */
import { type ChatClient, run } from '../../_shared/supabase.ts';

interface Page {
  kinds: readonly string[];
  limit: number;
  offset: number;
}

/** The caller's channels of these kinds, the last active first, and how many there are. */
export async function listChannels<Row>(client: ChatClient, page: Page, columns: string) {
  const kinds = [...page.kinds];
  const { limit, offset } = page;
  const rows = await run(
    'list channels',
    client
      .rpc('list_my_channels', { kinds, page_size: limit, skip: offset })
      .select(columns)
      .overrideTypes<Row[], { merge: false }>(),
  );
  // A page that ends the list says how long it is.
  const isEnd = rows.length < limit && (rows.length > 0 || offset === 0);
  const total = isEnd
    ? offset + rows.length
    : await run('count channels', client.rpc('count_my_channels', { kinds }));
  return { rows, total };
}

/** The direct messages of the caller and somebody else, made on first use. */
export async function openDm<Row>(client: ChatClient, userId: string, columns: string) {
  const operation = 'open direct messages';
  const { id } = await run(
    operation,
    client.rpc('open_dm', { user_id: userId, to_oneself: false }).select('id').single(),
  );
  return run(
    operation,
    client.from('my_channels').select(columns).eq('id', id).single().overrideTypes<Row, { merge: false }>(),
  );
}
