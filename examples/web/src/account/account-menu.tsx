/** Who is signed in, with what they can set and the way out. */
import type { PresenceStatus } from '@confab/sdk';
import { useState } from 'react';
import { chat } from '../chat.ts';
import { useMe } from '../me.ts';
import { usePresence } from '../people/use-presence.ts';
import { goTo, HOME } from '../place.ts';
import { Avatar } from '../ui/avatar.tsx';
import type { IconName } from '../ui/icon.tsx';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';
import { PreferencesDialog } from './preferences-dialog.tsx';
import { ProfileDialog } from './profile-dialog.tsx';
import { StatusDialog } from './status-dialog.tsx';

const CHOICES: readonly [PresenceStatus, string, IconName][] = [
  ['online', 'Online', 'person'],
  ['away', 'Away', 'moon'],
  ['busy', 'Busy', 'bellOff'],
  ['offline', 'Invisible', 'eyeOff'],
];

interface Props {
  onShortcuts(): void;
}

export function AccountMenu({ onShortcuts }: Props) {
  const { userId, account, reload } = useMe();
  const presence = usePresence(userId);
  const [dialog, setDialog] = useState<'status' | 'profile' | 'preferences' | null>(null);
  const close = () => setDialog(null);

  const signOut = () =>
    attempt(async () => {
      await chat.auth.signOut();
      goTo(HOME);
    });

  const status = [presence?.statusEmoji, presence?.statusText].filter(Boolean).join(' ');
  const face = (
    <>
      <Avatar user={account} hasPresence />
      <span className="name">
        {account?.name}
        {account && <small>{status || `@${account.username}`}</small>}
      </span>
    </>
  );

  return (
    <>
      <MenuButton icon="person" label="Account" className="row" text={face}>
        <MenuItem icon="smile" label="Set a status…" onSelect={() => setDialog('status')} />
        {CHOICES.map(([choice, label, icon]) => (
          <MenuItem
            key={choice}
            icon={icon}
            label={label}
            isChecked={(presence?.chosen ?? 'online') === choice}
            onSelect={() => attempt(() => chat.presence.set(choice))}
          />
        ))}
        <hr />
        <MenuItem icon="person" label="Profile…" onSelect={() => setDialog('profile')} />
        <MenuItem icon="settings" label="Preferences…" onSelect={() => setDialog('preferences')} />
        <MenuItem icon="keyboard" label="Keyboard shortcuts" shortcut="?" onSelect={onShortcuts} />
        <hr />
        <MenuItem icon="signOut" label="Sign out" onSelect={signOut} />
      </MenuButton>
      {dialog === 'status' && <StatusDialog presence={presence} onClose={close} />}
      {dialog === 'profile' && account && (
        <ProfileDialog account={account} onClose={close} onSaved={reload} />
      )}
      {dialog === 'preferences' && <PreferencesDialog onClose={close} />}
    </>
  );
}
