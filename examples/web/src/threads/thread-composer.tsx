/** Writes into a thread, and if wanted into the channel too. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import type { UseThread } from '@confab/sdk/react';
import { useMemo, useRef, useState } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { Composer, type ComposerTarget } from '../composer/composer.tsx';
import { useMe } from '../me.ts';
import { useMessageContext } from '../messages/message-context.ts';
import { newestOwn } from '../messages/newest-own.ts';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  rootSeq: number;
  thread: UseThread;
}

export function ThreadComposer({ channel, info, rootSeq, thread }: Props) {
  const { userId } = useMe();
  const { setEditing } = useMessageContext();
  const [alsoInChannel, setAlsoInChannel] = useState(false);
  const { send, replies } = thread;
  const latest = useRef({ replies, alsoInChannel });
  latest.current = { replies, alsoInChannel };

  const target = useMemo<ComposerTarget>(
    () => ({
      place: { channelId: channel.id, parentSeq: rootSeq },
      label: 'Reply in thread',
      channel,
      send: (text, files) => {
        setAlsoInChannel(false);
        return send(text, { files, alsoInChannel: latest.current.alsoInChannel });
      },
      editNewest() {
        const own = newestOwn(latest.current.replies, userId);
        if (own) setEditing(own.id);
        return own !== undefined;
      },
    }),
    [channel, rootSeq, send, userId, setEditing],
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
        <span className="name">Also in {titleOf(info)}</span>
      </label>
    </Composer>
  );
}
