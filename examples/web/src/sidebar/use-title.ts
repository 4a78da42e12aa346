/** The tab's title: how much is unread, and where one is. */
import type { ChannelInfo } from '@confab/sdk';
import { useEffect } from 'react';
import { titleOf } from '../channels/channel-title.ts';

export function useTitle(unread: number, open: ChannelInfo | null): void {
  const title = `${unread > 0 ? `(${unread}) ` : ''}${open ? `${titleOf(open)} · ` : ''}Confab`;
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = 'Confab';
    };
  }, [title]);
}
