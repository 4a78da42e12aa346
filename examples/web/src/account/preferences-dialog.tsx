/** What the user wants to hear of, and what they show of themselves. */
import type { PreferenceChanges, Preferences } from '@confab/sdk';
import { useChat, usePreferences } from '@confab/sdk/react';
import { Dialog } from '../ui/dialog.tsx';
import { attempt } from '../ui/toasts.tsx';
import { BlockedPeople } from './blocked-people.tsx';
import { type Theme, useTheme } from './theme.ts';

const LEVELS: readonly [Preferences['level'], string][] = [
  ['all', 'Every message'],
  ['mentions', 'Mentions, direct messages, threads'],
  ['nothing', 'Nothing'],
];

export function PreferencesDialog({ onClose }: { onClose(): void }) {
  const chat = useChat();
  const { preferences } = usePreferences();
  const [theme, setTheme] = useTheme();
  const set = (changes: PreferenceChanges) => attempt(() => chat.preferences.set(changes));

  return (
    <Dialog title="Preferences" onClose={onClose}>
      <label>
        Colours
        <select value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
          <option value="system">As the system has them</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      {preferences && (
        <>
          <label>
            Notify me of
            <select
              value={preferences.level}
              onChange={(event) => set({ level: event.target.value as Preferences['level'] })}
            >
              {LEVELS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label className="choice">
            <input
              type="checkbox"
              checked={preferences.dnd.isEnabled}
              onChange={(event) => set({ dnd: { isEnabled: event.target.checked } })}
            />
            Do not disturb at night
          </label>
          {preferences.dnd.isEnabled && (
            <div className="times">
              <label>
                From
                <input
                  type="time"
                  value={preferences.dnd.start}
                  onChange={(event) => event.target.value && set({ dnd: { start: event.target.value } })}
                />
              </label>
              <label>
                To
                <input
                  type="time"
                  value={preferences.dnd.end}
                  onChange={(event) => event.target.value && set({ dnd: { end: event.target.value } })}
                />
              </label>
            </div>
          )}
          <label className="choice">
            <input
              type="checkbox"
              checked={preferences.shareReceipts}
              onChange={(event) => set({ shareReceipts: event.target.checked })}
            />
            Others see what I have read
          </label>
        </>
      )}
      <BlockedPeople />
    </Dialog>
  );
}
