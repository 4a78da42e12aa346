/** The messages of a channel, oldest first, loaded upwards as the reader goes. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import type { UseMessages } from '@confab/sdk/react';
import { useEffect, useLayoutEffect } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { useMe } from '../me.ts';
import { dayText, isSameDay } from '../ui/dates.ts';
import { Icon } from '../ui/icon.tsx';
import { useIsVisible } from '../ui/use-browser.ts';
import { MessageItem } from './message-item.tsx';
import { useOlder } from './use-older.ts';
import { useReadMarker } from './use-read-marker.ts';
import { useScroll } from './use-scroll.ts';

/** Within this distance of the oldest message the page before is asked for. */
const OLDER_PX = 800;
/** Messages of one person so close together stand under one name. */
const TOGETHER_MS = 5 * 60_000;

interface Props {
  channel: Channel;
  info: ChannelInfo;
  view: UseMessages;
}

export function MessageList({ channel, info, view }: Props) {
  const { userId } = useMe();
  const { messages, hasOlder, online, connection } = view;
  const { loadOlder, olderFailed } = useOlder(view);
  const { box, isAtEnd, toEnd } = useScroll();
  const isVisible = useIsVisible();
  const isLoaded = messages.length > 0 || connection !== 'loading';
  const marker = useReadMarker({
    ...{ channel, info, userId, messages, connection },
    isWatching: isVisible && isAtEnd && isLoaded,
  });

  // One's own message is where one wants to be.
  const newest = messages.at(-1);
  const ownSending = newest?.status === 'pending' ? newest.id : undefined;
  useLayoutEffect(() => {
    if (ownSending) toEnd();
  }, [ownSending, toEnd]);

  useEffect(() => {
    const element = box.current;
    if (!element || !hasOlder || olderFailed) return;
    const look = () => {
      if (element.scrollTop < OLDER_PX) loadOlder();
    };
    if (messages.length > 0) look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [box, messages, hasOlder, olderFailed, loadOlder]);

  const firstNew = firstAfter(messages, marker.newAfterSeq, userId);
  return (
    <div className="messages-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div ref={box} className="messages" role="log" aria-label={`Messages in ${titleOf(info)}`} tabIndex={0}>
        <ol className="said" aria-busy={!isLoaded}>
          <li className="beginning">
            {!isLoaded && <Placeholder />}
            {isLoaded && !hasOlder && <Beginning info={info} />}
            {olderFailed && (
              <button type="button" onClick={loadOlder}>
                Older messages could not be loaded. Try again
              </button>
            )}
          </li>
          {messages.map((message, index) => {
            const before = messages[index - 1];
            const isNewDay = !before || !isSameDay(before.createdAt, message.createdAt);
            const isNew = message.id === firstNew;
            return (
              <MessageItem
                key={message.id}
                message={message}
                day={isNewDay ? dayText(message.createdAt) : null}
                isFirstNew={isNew}
                isContinued={!isNewDay && !isNew && isTogether(before, message)}
                isOnline={message.author !== null && online.includes(message.author.id)}
              />
            );
          })}
        </ol>
      </div>
      {!isAtEnd && (
        <button type="button" className="jump" onClick={toEnd}>
          <Icon name="down" />
          {marker.unseen > 0 ? `${marker.unseen} new` : 'Newest'}
        </button>
      )}
    </div>
  );
}

function Beginning({ info }: { info: ChannelInfo }) {
  return (
    <div>
      <h2>{titleOf(info)}</h2>
      <p>
        This is the beginning of {info.kind === 'dm' ? `your messages with ${info.name}` : titleOf(info)}.
      </p>
    </div>
  );
}

/** Where messages will be; shown only when they take their time. */
function Placeholder() {
  return (
    <div className="placeholder" aria-hidden="true">
      {['a', 'b', 'c', 'd', 'e'].map((name) => (
        <span key={name} />
      ))}
    </div>
  );
}

const isTogether = (before: Message, message: Message): boolean =>
  before.author?.id === message.author?.id &&
  message.createdAt.getTime() - before.createdAt.getTime() < TOGETHER_MS;

/** Id of the first message of somebody else after a seq. */
function firstAfter(messages: readonly Message[], seq: number | null, userId: string): string | null {
  if (seq === null) return null;
  return messages.find((one) => one.seq !== null && one.seq > seq && one.author?.id !== userId)?.id ?? null;
}
