/** Blocks: of whom the caller wants to hear nothing more. */

import { BLOCK_COLUMNS, type BlockRow, toBlock } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { User } from './users.ts';

export interface Block {
  user: User;
  blockedAt: Date;
}

export interface Blocks {
  /** From now on the two can send each other no direct messages, and the caller gets no notifications of the other, who is not told. @throws `user_not_found`, `cannot_block_oneself` */
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;
  /** A page of whom the caller has blocked, newest first, at most 200; pass the last one to get the next. */
  list(options?: { after?: Block; limit?: number }): Promise<Block[]>;
}

export function createBlocks({ client, run }: Rest): Blocks {
  return {
    async block(userId) {
      await run('block', client.rpc('block_user', { user_id: userId }));
    },
    async unblock(userId) {
      await run('unblock', client.rpc('unblock_user', { user_id: userId }));
    },
    async list({ after, limit = 50 } = {}) {
      const rows = await run(
        'list blocks',
        client
          .rpc('list_blocks', {
            page_size: limit,
            ...(after ? { before_time: after.blockedAt.toISOString(), before_user_id: after.user.id } : {}),
          })
          .select(BLOCK_COLUMNS),
      );
      return (rows as unknown as BlockRow[]).map(toBlock);
    },
  };
}
