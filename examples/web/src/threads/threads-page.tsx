/** All threads that the user follows, newest reply first. */
import { useThreads } from '@confab/sdk/react';
import { titleOf } from '../channels/channel-title.ts';
import { addressable, useMyChannels } from '../channels/use-my-channels.ts';
import { addressOf } from '../place.ts';
import { agoText } from '../ui/dates.ts';
import { Empty } from '../ui/empty.tsx';
import { MessageCard } from '../ui/message-card.tsx';
import { Page } from '../ui/page.tsx';
import { attempt } from '../ui/toasts.tsx';

export function ThreadsPage() {
  const state = useThreads();
  const channels = useMyChannels();
  const isEmpty = state.threads.length === 0 && state.connection !== 'loading';

  return (
    <Page icon="thread" title="Threads" subtitle="Conversations you take part in">
      {isEmpty && (
        <Empty icon="thread" title="No threads yet">
          Reply to a message, and its thread shows up here.
        </Empty>
      )}
      <ul aria-label="Threads" aria-busy={state.connection === 'loading'}>
        {state.threads.map(({ channelId, root, lastReplyAt, unreadCount }) => {
          const channel = channels.get(channelId);
          const href = addressOf(addressable(channelId, channel), { thread: root.seq ?? 0 });
          return (
            <li key={root.id}>
              <MessageCard message={root} href={href} where={channel ? titleOf(channel) : 'a channel'}>
                <a className="card-foot" href={href}>
                  <strong>
                    {root.replyCount} {root.replyCount === 1 ? 'reply' : 'replies'}
                  </strong>
                  <span className="hint">Last one {agoText(lastReplyAt)}</span>
                  {unreadCount > 0 && <span className="badge">{unreadCount} new</span>}
                </a>
              </MessageCard>
            </li>
          );
        })}
      </ul>
      {state.hasMore && (
        <button type="button" onClick={() => attempt(state.loadMore)}>
          Show more
        </button>
      )}
    </Page>
  );
}
