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
  /** Whether there is no room for anything else now. */
  isAlone: boolean;
  onJump(): void;
  onShortcuts(): void;
}

export function Sidebar({ channels, isLoading, open, unreadOf, page, isAlone, onJump, onShortcuts }: Props) {
  // Alone on a phone it is the page itself.
  const [Outer, Title] = isAlone ? (['main', 'h1'] as const) : (['aside', 'strong'] as const);
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
    <Outer className="sidebar">
      <header>
        <img src="/icon.svg" alt="" width="26" height="26" />
        <Title>Confab</Title>
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

      <nav className="sections" aria-label="Conversations" aria-busy={isLoading}>
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
      </nav>

      <footer>
        <AccountMenu onShortcuts={onShortcuts} />
      </footer>

      {dialog === 'browse' && <BrowseChannels onClose={close} />}
      {dialog === 'new channel' && <NewChannel onClose={close} />}
      {dialog === 'new message' && <NewMessage onClose={close} />}
    </Outer>
  );
}
