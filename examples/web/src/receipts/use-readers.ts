/** Who has read a message, the one who read last first. */
import type { Channel, ChannelInfo, Message, Receipt } from '@confab/sdk';
import { useReceipts } from '@confab/sdk/react';
import { useMemo } from 'react';
import { useMe } from '../me.ts';

/** In larger channels nobody is told who reads. */
const MOST_MEMBERS = 100;

export const hasReceipts = ({ memberCount }: ChannelInfo): boolean => memberCount <= MOST_MEMBERS;

interface Readers {
  /** Without the user and the author. */
  readers: readonly Receipt[];
  isLoading: boolean;
}

export function useReaders(channel: Channel, { seq, author }: Message): Readers {
  const { userId } = useMe();
  const { receipts, connection } = useReceipts(channel);
  const readers = useMemo(
    () =>
      receipts
        .filter((one) => seq !== null && one.readSeq >= seq && ![userId, author?.id].includes(one.userId))
        .sort((a, b) => Number(b.readAt) - Number(a.readAt)),
    [receipts, seq, userId, author?.id],
  );
  return { readers, isLoading: connection === 'loading' };
}
