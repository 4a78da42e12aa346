/** Pages of reactions, for who wants to know whose they are. */

import { REACTION_COLUMNS, toReaction } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import { exactTime } from './internal/rows.ts';
import type { Reactions } from './reactions.ts';

const PAGE = 100;

export function createReactionPages({ client, run }: Rest, channelId: string): Pick<Reactions, 'list'> {
  return {
    async list(seq, { emoji, after, limit = PAGE } = {}) {
      let rows = client.from('reactions').select(REACTION_COLUMNS).eq('channel_id', channelId).eq('seq', seq);
      if (emoji !== undefined) rows = rows.eq('emoji', emoji);
      if (after) {
        const time = exactTime(after.createdAt);
        rows = rows.or(`created_at.gt."${time}",and(created_at.eq."${time}",user_id.gt.${after.user.id})`);
      }
      const page = rows.order('created_at').order('user_id').limit(Math.min(limit, PAGE));
      return (await run('list reactions', page)).map(toReaction);
    },
  };
}
