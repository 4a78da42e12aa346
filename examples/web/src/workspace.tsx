/** The page of somebody signed in: channels at the side, one conversation beside them; on a phone one at a time. */
import { useEffect } from 'react';
import { ChannelPage } from './channel-page.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { clearDrafts } from './drafts.ts';
import { isAt, usePlace } from './place.ts';
import { Sidebar } from './sidebar.tsx';
import { useAccount } from './use-account.ts';
import { useHasNetwork, useIsVisible } from './use-browser.ts';
import { useChannels } from './use-channels.ts';
import { useTitle } from './use-title.ts';
import { Welcome } from './welcome.tsx';

export function Workspace({ userId }: { userId: string }) {
  useEffect(() => clearDrafts, []);
  const place = usePlace();
  const isVisible = useIsVisible();
  const hasNetwork = useHasNetwork();
  const { channels, connection } = useChannels();
  const account = useAccount(connection);
  const open = channels.find((channel) => isAt(place, channel)) ?? null;

  // What is on screen is being read; its count would only flash up.
  const unreadOf = (channel: (typeof channels)[number]) =>
    channel === open && isVisible ? 0 : channel.unreadCount;
  useTitle(
    channels.reduce((sum, channel) => sum + unreadOf(channel), 0),
    open,
  );

  return (
    <div className="workspace" data-page={place ? 'conversation' : 'list'}>
      <Sidebar
        account={account}
        channels={channels}
        isLoading={connection === 'loading' && channels.length === 0}
        open={open}
        unreadOf={unreadOf}
      />
      {place ? (
        <ChannelPage key={place.key} place={place} listed={open} userId={userId} />
      ) : (
        <Welcome account={account} />
      )}
      <ConnectionBanner isOffline={!hasNetwork || connection === 'offline'} />
    </div>
  );
}
