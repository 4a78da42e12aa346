/** What the user wants to hear of, what they show of themselves, and whom they do not want to hear. */
import type { PreferenceChanges, Preferences } from '@confab/sdk';
import { useChat, usePreferences } from '@confab/sdk/react';
import { Dialog } from '../ui/dialog.tsx';
import { Select, TimeOfDay, Toggle } from '../ui/settings.tsx';
import { attempt } from '../ui/toasts.tsx';
import { BlockedPeople } from './blocked-people.tsx';
import { type Theme, useTheme } from './theme.ts';

const THEMES: readonly [Theme, string][] = [
  ['system', 'As the system has them'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

const LEVELS: readonly [Preferences['level'], string][] = [
  ['all', 'Every message'],
  ['mentions', 'Mentions, direct messages, threads'],
  ['nothing', 'Nothing'],
];

export function PreferencesDialog({ onClose }: { onClose(): void }) {
  const { preferences } = usePreferences();
  const [theme, setTheme] = useTheme();
  return (
    <Dialog title="Preferences" onClose={onClose}>
      <Select
        label="Colours"
        value={theme}
        options={THEMES}
        onChange={async (next) => {
          setTheme(next);
          return true;
        }}
      />
      {preferences && <Stored preferences={preferences} />}
      <BlockedPeople />
    </Dialog>
  );
}

function Stored({ preferences }: { preferences: Preferences }) {
  const chat = useChat();
  const set = (changes: PreferenceChanges) => attempt(() => chat.preferences.set(changes));
  const { level, dnd, shareReceipts } = preferences;
  return (
    <>
      <Select label="Notify me of" value={level} options={LEVELS} onChange={(next) => set({ level: next })} />
      <Toggle
        label="Do not disturb at night"
        value={dnd.isEnabled}
        onChange={(isEnabled) => set({ dnd: { isEnabled } })}
      />
      {dnd.isEnabled && (
        <div className="times">
          <TimeOfDay label="From" value={dnd.start} onChange={(start) => set({ dnd: { start } })} />
          <TimeOfDay label="To" value={dnd.end} onChange={(end) => set({ dnd: { end } })} />
        </div>
      )}
      <Toggle
        label="Others see what I have read"
        value={shareReceipts}
        onChange={(next) => set({ shareReceipts: next })}
      />
    </>
  );
}
