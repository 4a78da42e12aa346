/** The message that "edit my last one" means. */
import type { Message } from '@confab/sdk';

export const newestOwn = (messages: readonly Message[], userId: string): Message | undefined =>
  messages.findLast(
    ({ author, status, deletedAt }) => author?.id === userId && status === 'sent' && deletedAt === null,
  );
