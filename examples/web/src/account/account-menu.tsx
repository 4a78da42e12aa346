/** Who is signed in, with what they can set and the way out. */
import { chat } from '../chat.ts';
import { useMe } from '../me.ts';
import { goTo, HOME } from '../place.ts';
import { Avatar } from '../ui/avatar.tsx';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';
import { nextTheme, useTheme } from './theme.ts';

const THEME_LABELS = { system: 'Colours: as the system', light: 'Colours: light', dark: 'Colours: dark' };

export function AccountMenu({ onShortcuts }: { onShortcuts(): void }) {
  const { account } = useMe();
  const [theme, setTheme] = useTheme();

  const signOut = () =>
    attempt(async () => {
      await chat.auth.signOut();
      goTo(HOME);
    });

  const face = (
    <>
      <Avatar user={account} />
      <span className="name">
        {account?.name}
        {account && <small>@{account.username}</small>}
      </span>
      <span className="for-screen-readers">Account menu</span>
    </>
  );

  return (
    <MenuButton icon="person" label="Account" className="row" text={face}>
      <MenuItem icon="moon" label={THEME_LABELS[theme]} onSelect={() => setTheme(nextTheme(theme))} />
      <MenuItem icon="keyboard" label="Keyboard shortcuts" shortcut="?" onSelect={onShortcuts} />
      <hr />
      <MenuItem icon="signOut" label="Sign out" onSelect={signOut} />
    </MenuButton>
  );
}
