/** Writes into a thread, and if wanted into the channel too. */
import type { Channel, ChannelInfo, Message, Thread } from '@confab/sdk';
import { useMemo, useRef, useState } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { Composer, type ComposerTarget } from '../composer/composer.tsx';
import { useMe } from '../me.ts';
import { useMessageContext } from '../messages/message-context.ts';
import { newestOwn } from '../messages/newest-own.ts';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  thread: Thread;
  replies: readonly Message[];
}

export function ThreadComposer({ channel, info, thread, replies }: Props) {
  const { userId } = useMe();
  const { setEditing } = useMessageContext();
  const [alsoInChannel, setAlsoInChannel] = useState(false);
  const latest = useRef({ replies, alsoInChannel });
  latest.current = { replies, alsoInChannel };

  const target = useMemo<ComposerTarget>(
    () => ({
      place: { channelId: channel.id, parentSeq: thread.rootSeq },
      label: 'Reply in thread',
      channel,
      send(text, files) {
        setAlsoInChannel(false);
        return thread.send(text, { files, alsoInChannel: latest.current.alsoInChannel });
      },
      editNewest() {
        const own = newestOwn(latest.current.replies, userId);
        if (own) setEditing(own.id);
        return own !== undefined;
      },
    }),
    [channel, thread, userId, setEditing],
  );

  if (!info.capabilities.includes('reply')) return null;
  return (
    <Composer target={target} canUpload={info.capabilities.includes('upload_file')}>
      <label className="choice">
        <input
          type="checkbox"
          checked={alsoInChannel}
          onChange={(event) => setAlsoInChannel(event.target.checked)}
        />
        Also in {titleOf(info)}
      </label>
    </Composer>
  );
}
