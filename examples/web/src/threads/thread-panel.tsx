/** A thread beside its channel: the message it is about, the replies, the place to write. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { useThread } from '@confab/sdk/react';
import { useEffect, useState } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { Panel } from '../conversation/panel.tsx';
import { TypingLine } from '../conversation/typing-line.tsx';
import { MessageFrame } from '../messages/message-frame.tsx';
import { MessageScroller } from '../messages/message-scroller.tsx';
import { useScroll } from '../messages/use-scroll.ts';
import { useIsVisible } from '../ui/use-browser.ts';
import { FollowThread } from './follow-thread.tsx';
import { ThreadComposer } from './thread-composer.tsx';
import { ThreadRoot } from './thread-root.tsx';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  rootSeq: number;
}

export function ThreadPanel({ channel, info, rootSeq }: Props) {
  const view = useThread(channel, rootSeq);
  const { markRead } = view;
  const scroll = useScroll(!view.hasNewer);
  const isVisible = useIsVisible();
  const isLoaded = view.root !== null;
  const newest = view.replies.findLast(({ seq }) => seq !== null)?.seq ?? null;
  const isWatching = isVisible && scroll.isAtEnd && isLoaded;
  const [marked, setMarked] = useState(0);

  useEffect(() => {
    if (!isWatching || newest === null || newest <= marked || view.connection !== 'live') return;
    setMarked(newest);
    // Told again with the next reply.
    markRead(newest).catch(() => {});
  }, [markRead, newest, marked, isWatching, view.connection]);

  return (
    <Panel title="Thread" subtitle={titleOf(info)} actions={<FollowThread thread={view} />}>
      <MessageFrame channel={channel} info={info} isThread>
        <MessageScroller
          label="Replies"
          messages={view.replies}
          view={view}
          scroll={scroll}
          isLoaded={isLoaded}
          beginning={view.root && <ThreadRoot root={view.root} />}
        />
        <TypingLine users={[]} />
        <ThreadComposer channel={channel} info={info} rootSeq={rootSeq} thread={view} />
      </MessageFrame>
    </Panel>
  );
}
