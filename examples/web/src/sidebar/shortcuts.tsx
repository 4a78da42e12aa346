/** What the keyboard can do. */
import { Dialog } from '../ui/dialog.tsx';
import { MOD } from '../ui/hotkeys.ts';

const SHORTCUTS: readonly [string, readonly string[]][] = [
  ['Go to a conversation or a person', [MOD, 'K']],
  ['Search messages', [MOD, 'Shift', 'F']],
  ['Walk through the messages', ['↑', '↓']],
  ['Edit your last message', ['↑ in an empty field']],
  ['New line', ['Shift', 'Enter']],
  ['Bold, italic, code', [MOD, 'B / I / E']],
  ['Mention a person, a channel, an emoji', ['@', '#', ':']],
  ['Close what is open', ['Esc']],
  ['This list', ['?']],
];

export function Shortcuts({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(([what, keys]) => (
          <Entry key={what} what={what} keys={keys} />
        ))}
      </dl>
    </Dialog>
  );
}

function Entry({ what, keys }: { what: string; keys: readonly string[] }) {
  return (
    <>
      <dt>{what}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </>
  );
}
