/** Reads the pages behind messages' first links and shows what they say of themselves with the message. */
import { reasonOf } from '../log.ts';
import { fetchPage } from '../pages/fetch.ts';
import { type Preview, previewOf } from '../pages/preview.ts';
import type { Context, Task } from '../task.ts';

interface Request {
  channel_id: string;
  seq: string;
  url: string;
  attempts: number;
}

/** Pages read at once; a slow one keeps no more than this many waiting. */
const AT_ONCE = 8;
const ATTEMPTS = 3;

export const linkPreviews: Task = {
  name: 'link_previews',
  sweep: '* * * * *',
  async run(context) {
    while (!context.signal.aborted) {
      const requests = await context.query<Request>(
        'select channel_id, seq, url, attempts from chat_private.take_link_previews($1)',
        [AT_ONCE],
      );
      if (requests.length === 0) break;
      await Promise.all(requests.map((request) => answer(request, context)));
    }
    await context.query('select chat_private.prune_link_previews()');
  },
};

async function answer(request: Request, { query, settings, log }: Context): Promise<void> {
  const { channel_id, seq, url, attempts } = request;
  let preview: Preview | undefined;
  try {
    const page = await fetchPage(url, { allow: settings.linkPreviewAllow });
    preview = page && (await previewOf(url, page));
  } catch (error) {
    log.info('a page gave no answer', { channel: channel_id, seq, attempts, reason: reasonOf(error) });
    // It is due again when its two minutes are over.
    if (attempts < ATTEMPTS) return;
  }
  await query('select chat_private.store_link_preview($1, $2, $3, $4)', [
    channel_id,
    seq,
    url,
    preview ?? null,
  ]);
}
