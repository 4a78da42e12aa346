/** What the user has written and not sent. */
import { useChat, useDrafts } from '@confab/sdk/react';
import { titleOf } from '../channels/channel-title.ts';
import { addressable, useMyChannels } from '../channels/use-my-channels.ts';
import { addressOf } from '../place.ts';
import { timeOrDayText } from '../ui/dates.ts';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { Page } from '../ui/page.tsx';

export function DraftsPage() {
  const { drafts } = useChat();
  const state = useDrafts();
  const channels = useMyChannels();
  return (
    <Page icon="draft" title="Drafts" subtitle="Kept on all your devices until you send them">
      {state.drafts.length === 0 && state.connection !== 'loading' && (
        <Empty icon="draft" title="No drafts">
          What you begin to write and leave waits here.
        </Empty>
      )}
      <ul aria-label="Drafts" aria-busy={state.connection === 'loading'}>
        {state.drafts.map(({ channelId, parentSeq, body, updatedAt }) => {
          const channel = channels.get(channelId);
          const detail = parentSeq === null ? {} : { thread: parentSeq };
          return (
            <li key={`${channelId} ${parentSeq}`} className="draft">
              <a className="notification" href={addressOf(addressable(channelId, channel), detail)}>
                <Icon name={parentSeq === null ? 'pencil' : 'thread'} />
                <span className="said-by">
                  <strong>{channel ? titleOf(channel) : 'A channel'}</strong>
                  <span className="preview">{body}</span>
                </span>
                <time dateTime={updatedAt.toISOString()}>{timeOrDayText(updatedAt)}</time>
              </a>
              <button
                type="button"
                className="icon-button"
                aria-label="Throw this draft away"
                title="Throw away"
                onClick={() => drafts.set({ channelId, parentSeq }, '')}
              >
                <Icon name="trash" />
              </button>
            </li>
          );
        })}
      </ul>
    </Page>
  );
}
