/** How a view puts what is on its way beside what the server has. */
import { expect, it } from 'vitest';
import type { MessagesState } from '../../sdk/src/index.ts';
import type { ChannelFeed } from '../../sdk/src/internal/channel-feed.ts';
import { createOutbox } from '../../sdk/src/internal/outbox.ts';
import type { Rest } from '../../sdk/src/internal/rest.ts';
import { createMessages } from '../../sdk/src/messages.ts';
import { message, messages } from '../helpers/messages.ts';

it('a message whose answer was lost is shown once, however much was said after it', () => {
  const feed: Pick<ChannelFeed, 'subscribe'> = {
    subscribe(listener) {
      listener({
        log: messages(1, 200),
        pending: [{ ...message(10), seq: null, status: 'pending' }],
        typing: [],
        online: [],
        connection: 'live',
      });
      return { unsubscribe() {} };
    },
  };
  let shown: MessagesState['messages'] = [];
  createMessages({
    rest: {} as Rest,
    outbox: createOutbox(async (sent) => sent),
    channelId: 'c',
    openFeed: () => feed as ChannelFeed,
    me: async () => ({ id: 'me', username: 'me', name: 'Me', avatarUrl: null }),
  }).subscribe((state) => {
    shown = state.messages;
  });
  expect(shown.filter(({ id }) => id === 'id-10')).toHaveLength(1);
});
