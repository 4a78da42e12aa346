/** The user's conversations, and the ways to more of them. */
import type { ChannelInfo } from '@confab/sdk';
import { useState } from 'react';
import { AccountMenu } from '../account/account-menu.tsx';
import { BrowseChannels } from '../channels/browse-channels.tsx';
import { NewChannel } from '../channels/new-channel.tsx';
import { NewMessage } from '../people/new-message.tsx';
import { MOD } from '../ui/hotkeys.ts';
import { Icon } from '../ui/icon.tsx';
import { ChannelLink } from './channel-link.tsx';
import { PageLinks } from './page-links.tsx';
import { Section } from './section.tsx';
import { toSections } from './sections.ts';

interface Props {
  channels: readonly ChannelInfo[];
  isLoading: boolean;
  open: ChannelInfo | null;
  unreadOf(channel: ChannelInfo): number;
  /** Name of the page that is open. */
  page: string;
  onJump(): void;
  onShortcuts(): void;
}

export function Sidebar({ channels, isLoading, open, unreadOf, page, onJump, onShortcuts }: Props) {
  const [dialog, setDialog] = useState<'browse' | 'new channel' | 'new message' | null>(null);
  const close = () => setDialog(null);

  const { pinned, channels: named, direct } = toSections(channels, open);
  const links = (some: ChannelInfo[]) => (
    <ul>
      {some.map((channel) => (
        <ChannelLink
          key={channel.id}
          channel={channel}
          isOpen={channel === open}
          unread={unreadOf(channel)}
        />
      ))}
    </ul>
  );

  return (
    <nav className="sidebar" aria-label="Conversations">
      <header>
        <img src="/icon.svg" alt="" width="26" height="26" />
        <strong>Confab</strong>
        <button
          type="button"
          className="icon-button"
          aria-label="New message"
          title="New message"
          onClick={() => setDialog('new message')}
        >
          <Icon name="pencil" />
        </button>
      </header>
      <button type="button" className="jump-to" onClick={onJump}>
        <Icon name="search" />
        Go to or search…
        <kbd>{MOD} K</kbd>
      </button>

      <div className="sections" aria-busy={isLoading}>
        <PageLinks open={page} />
        {pinned.length > 0 && <Section title="Pinned">{links(pinned)}</Section>}
        <Section title="Channels" more={{ label: 'New channel', onClick: () => setDialog('new channel') }}>
          {links(named)}
          <button type="button" className="row" onClick={() => setDialog('browse')}>
            <Icon name="search" />
            Browse channels
          </button>
        </Section>
        <Section title="Direct messages">
          {links(direct)}
          <button type="button" className="row" onClick={() => setDialog('new message')}>
            <Icon name="plus" />
            Message somebody
          </button>
        </Section>
      </div>

      <footer>
        <AccountMenu onShortcuts={onShortcuts} />
      </footer>

      {dialog === 'browse' && <BrowseChannels onClose={close} />}
      {dialog === 'new channel' && <NewChannel onClose={close} />}
      {dialog === 'new message' && <NewMessage onClose={close} />}
    </nav>
  );
}
