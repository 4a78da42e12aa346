/** What of a channel has been read: tells the server, and says where "new" begins. */
import type { Channel, ChannelInfo, Message, MessagesState } from '@confab/sdk';
import { useEffect, useRef, useState } from 'react';
import { isForeign } from './grouping.ts';

export interface ReadMarker {
  /** seq after which the "new messages" line stands; null when everything was read before. */
  newAfterSeq: number | null;
  /** Messages of others that have not been on screen yet. */
  unseen: number;
}

export function useReadMarker(options: {
  channel: Channel;
  info: ChannelInfo;
  userId: string;
  messages: readonly Message[];
  connection: MessagesState['connection'];
  /** Whether the newest message is on screen and the user can see it. */
  isWatching: boolean;
}): ReadMarker {
  const { channel, info, userId, messages, connection, isWatching } = options;
  const [seenSeq, setSeenSeq] = useState(info.lastReadSeq);
  const [newAfterSeq, setNewAfterSeq] = useState(info.unreadCount > 0 ? info.lastReadSeq : null);
  const markedSeq = useRef(info.lastReadSeq);

  const newest = messages.findLast((one) => isForeign(one, userId))?.seq ?? 0;

  useEffect(() => {
    if (newest <= seenSeq) return;
    if (isWatching) setSeenSeq(newest);
    else setNewAfterSeq(seenSeq);
  }, [newest, seenSeq, isWatching]);

  useEffect(() => {
    const known = markedSeq.current;
    if (connection !== 'live' || seenSeq <= known) return;
    markedSeq.current = seenSeq;
    channel.markRead(seenSeq).catch(() => {
      // Told again with the next message or the next connection.
      markedSeq.current = known;
    });
  }, [channel, seenSeq, connection]);

  const unseen =
    newest > seenSeq
      ? messages.filter((one) => isForeign(one, userId) && Number(one.seq) > seenSeq).length
      : 0;
  return { newAfterSeq, unseen };
}
