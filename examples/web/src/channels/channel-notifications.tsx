/** How loud a channel is for the reader. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { attempt } from '../ui/toasts.tsx';
import { isMuted } from './is-muted.ts';

type Level = NonNullable<ChannelInfo['settings']['notifyLevel']>;

const LEVELS: readonly [Level, string][] = [
  ['all', 'Every message'],
  ['mentions', 'Mentions and threads'],
  ['nothing', 'Nothing'],
];

export function ChannelNotifications({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const { notifyLevel } = info.settings;
  return (
    <>
      <label>
        Notify me of
        <select
          value={notifyLevel ?? ''}
          onChange={(event) => {
            const level = LEVELS.find(([value]) => value === event.target.value)?.[0] ?? null;
            void attempt(() => channel.setSettings({ notifyLevel: level }));
          }}
        >
          <option value="">What my preferences say</option>
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
          checked={isMuted(info)}
          onChange={(event) =>
            attempt(() => channel.setSettings({ mutedUntil: event.target.checked ? 'forever' : null }))
          }
        />
        Mute: no sound, no bold name
      </label>
    </>
  );
}
