/** The user's channels and direct messages, and the ways to more of them. */
import type { Account, ChannelInfo } from '@confab/sdk';
import { useState } from 'react';
import { Avatar } from './avatar.tsx';
import { BrowseChannels } from './browse-channels.tsx';
import { ChannelLink } from './channel-link.tsx';
import { Icon } from './icon.tsx';
import { NewChannel } from './new-channel.tsx';
import { NewMessage } from './new-message.tsx';
import { SignOut } from './sign-out.tsx';

interface Props {
  account: Account | null;
  channels: readonly ChannelInfo[];
  isLoading: boolean;
  open: ChannelInfo | null;
  unreadOf(channel: ChannelInfo): number;
}

export function Sidebar({ account, channels, isLoading, open, unreadOf }: Props) {
  const [dialog, setDialog] = useState<'browse' | 'new channel' | 'new message' | null>(null);
  const close = () => setDialog(null);

  // Channels stay where they are; people one talks with move up.
  const named = channels.filter(({ kind }) => kind !== 'dm').sort((a, b) => a.name.localeCompare(b.name));
  const direct = channels.filter(({ kind }) => kind === 'dm');
  const links = (some: ChannelInfo[]) =>
    some.map((channel) => (
      <ChannelLink key={channel.id} channel={channel} isOpen={channel === open} unread={unreadOf(channel)} />
    ));

  return (
    <nav className="sidebar" aria-label="Conversations">
      <header>
        <img src="/icon.svg" alt="" width="28" height="28" />
        <strong>Confab</strong>
        <button
          type="button"
          className="icon-button"
          aria-label="New message"
          onClick={() => setDialog('new message')}
        >
          <Icon name="write" />
        </button>
      </header>

      <div className="sections" aria-busy={isLoading}>
        <section aria-labelledby="channels-title">
          <h2 id="channels-title">Channels</h2>
          <button
            type="button"
            className="icon-button"
            aria-label="New channel"
            onClick={() => setDialog('new channel')}
          >
            <Icon name="plus" />
          </button>
          <ul>{links(named)}</ul>
          <button type="button" className="row" onClick={() => setDialog('browse')}>
            <Icon name="search" />
            Browse channels
          </button>
        </section>

        <section aria-labelledby="direct-title">
          <h2 id="direct-title">Direct messages</h2>
          <ul>{links(direct)}</ul>
          <button type="button" className="row" onClick={() => setDialog('new message')}>
            <Icon name="plus" />
            Message somebody
          </button>
        </section>
      </div>

      <footer>
        <Avatar user={account} />
        <span className="name">{account?.name}</span>
        <SignOut />
      </footer>

      {dialog === 'browse' && <BrowseChannels onClose={close} />}
      {dialog === 'new channel' && <NewChannel onClose={close} />}
      {dialog === 'new message' && <NewMessage onClose={close} />}
    </nav>
  );
}
