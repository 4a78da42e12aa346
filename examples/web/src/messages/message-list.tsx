/** The messages of a channel, with what is new, and the way to the message that the address names. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import type { UseMessages } from '@confab/sdk/react';
import { titleOf } from '../channels/channel-title.ts';
import { useMe } from '../me.ts';
import type { ChannelPlace } from '../place.ts';
import { Icon } from '../ui/icon.tsx';
import { useIsVisible } from '../ui/use-browser.ts';
import { firstNewOf } from './grouping.ts';
import { MessageScroller } from './message-scroller.tsx';
import { useNewAbove } from './use-new-above.ts';
import { useReadMarker } from './use-read-marker.ts';
import { useScroll } from './use-scroll.ts';
import { useTarget } from './use-target.ts';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  place: ChannelPlace;
  view: UseMessages;
}

export function MessageList({ channel, info, place, view }: Props) {
  const { userId } = useMe();
  const { messages, hasOlder, hasNewer, connection } = view;
  const scroll = useScroll(!hasNewer);
  const isVisible = useIsVisible();
  const isLoaded = messages.length > 0 || connection !== 'loading';
  const { target, goToMessage, onTarget } = useTarget(view, place.message, isLoaded);
  const marker = useReadMarker({
    ...{ channel, info, userId, messages, connection },
    isWatching: isVisible && scroll.isAtEnd && isLoaded,
  });
  const { newAfterSeq } = marker;
  const oldest = messages.find(({ seq }) => seq !== null)?.seq ?? 0;
  const firstNewId = firstNewOf(messages, newAfterSeq, userId, hasOlder);
  const isBefore = newAfterSeq !== null && hasOlder && oldest > newAfterSeq + 1;
  const isNewAbove = useNewAbove(scroll.box, messages, firstNewId, isBefore);

  return (
    <MessageScroller
      label={`Messages in ${titleOf(info)}`}
      messages={messages}
      view={view}
      scroll={scroll}
      isLoaded={isLoaded}
      firstNewId={firstNewId}
      unseen={marker.unseen}
      target={target}
      onTarget={onTarget}
      beginning={<Beginning info={info} />}
      above={
        isNewAbove && (
          <button
            type="button"
            className="jump"
            data-place="top"
            onClick={() => goToMessage(Number(newAfterSeq) + 1)}
          >
            <Icon name="down" />
            First new message
          </button>
        )
      }
    />
  );
}

function Beginning({ info }: { info: ChannelInfo }) {
  const isDm = info.kind === 'dm';
  return (
    <div>
      <h2>{titleOf(info)}</h2>
      <p>This is the beginning of {isDm ? `your messages with ${info.name}` : titleOf(info)}.</p>
    </div>
  );
}
