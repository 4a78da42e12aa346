/** The page of somebody signed in: conversations at the side, one of them beside; on a phone one at a time. */
import { useChannels } from '@confab/sdk/react';
import { useMemo, useState } from 'react';
import { useAccount } from './account/use-account.ts';
import { ActivityPage } from './activity/activity-page.tsx';
import { ChannelPage } from './channels/channel-page.tsx';
import { isMuted } from './channels/is-muted.ts';
import { Welcome } from './channels/welcome.tsx';
import { MeContext } from './me.ts';
import { isAt, showBeside, usePlace } from './place.ts';
import { DraftsPage } from './saved/drafts-page.tsx';
import { SavedPage } from './saved/saved-page.tsx';
import { SearchPanel } from './search/search-panel.tsx';
import { Shortcuts } from './sidebar/shortcuts.tsx';
import { Sidebar } from './sidebar/sidebar.tsx';
import { Switcher } from './sidebar/switcher.tsx';
import { useTitle } from './sidebar/use-title.ts';
import { ThreadsPage } from './threads/threads-page.tsx';
import { ConnectionBanner } from './ui/connection-banner.tsx';
import { useHotkeys } from './ui/hotkeys.ts';
import { Toasts } from './ui/toasts.tsx';
import { useHasNetwork, useIsPhone, useIsVisible } from './ui/use-browser.ts';
import { ConnectionContext } from './ui/use-retry.ts';

export function Workspace({ userId }: { userId: string }) {
  const place = usePlace();
  const isVisible = useIsVisible();
  const hasNetwork = useHasNetwork();
  const { channels, connection } = useChannels();
  const { account, isUnreachable, reload } = useAccount(connection);
  const me = useMemo(() => ({ userId, account, reload }), [userId, account, reload]);
  const [dialog, setDialog] = useState<'switcher' | 'shortcuts' | null>(null);
  const isPhone = useIsPhone();
  const isList = place.page === 'home' && place.search === null;
  const reach = hasNetwork ? connection : 'offline';
  const isOffline = reach === 'offline' || (reach === 'loading' && isUnreachable);
  const open = channels.find((channel) => isAt(place, channel)) ?? null;

  useHotkeys({
    'mod+k': () => setDialog('switcher'),
    'mod+shift+f': () => showBeside({ search: '' }),
    'mod+/': () => setDialog('shortcuts'),
    '?': () => setDialog('shortcuts'),
  });

  // What is on screen is being read; its count would only flash up.
  const unreadOf = (channel: (typeof channels)[number]) =>
    channel === open && isVisible ? 0 : channel.unreadCount;
  useTitle(
    channels.reduce((sum, channel) => sum + (isMuted(channel) ? 0 : unreadOf(channel)), 0),
    open,
  );

  return (
    <MeContext value={me}>
      <ConnectionContext value={reach}>
        <div className="workspace" data-page={isList ? 'list' : 'stage'}>
          <Sidebar
            channels={channels}
            isLoading={connection === 'loading' && channels.length === 0}
            open={open}
            unreadOf={unreadOf}
            page={place.page}
            isAlone={isList && isPhone}
            onJump={() => setDialog('switcher')}
            onShortcuts={() => setDialog('shortcuts')}
          />
          <div className="stage">
            {place.page === 'channel' && <ChannelPage key={place.key} place={place} listed={open} />}
            {place.page === 'home' && <Welcome account={account} />}
            {place.page === 'threads' && <ThreadsPage />}
            {place.page === 'activity' && <ActivityPage />}
            {place.page === 'saved' && <SavedPage />}
            {place.page === 'drafts' && <DraftsPage />}
            {place.search !== null && <SearchPanel query={place.search} open={open} />}
          </div>
          <ConnectionBanner isOffline={isOffline} />
        </div>
        {dialog === 'switcher' && <Switcher channels={channels} onClose={() => setDialog(null)} />}
        {dialog === 'shortcuts' && <Shortcuts onClose={() => setDialog(null)} />}
        <Toasts />
      </ConnectionContext>
    </MeContext>
  );
}
