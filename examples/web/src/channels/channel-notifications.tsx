/** How loud a channel is for the reader. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { Select, Toggle } from '../ui/settings.tsx';
import { attempt } from '../ui/toasts.tsx';
import { isMuted } from './is-muted.ts';

type Level = NonNullable<ChannelInfo['settings']['notifyLevel']>;

const LEVELS: readonly [Level | '', string][] = [
  ['', 'What my preferences say'],
  ['all', 'Every message'],
  ['mentions', 'Mentions and threads'],
  ['nothing', 'Nothing'],
];

export function ChannelNotifications({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  return (
    <>
      <Select
        label="Notify me of"
        value={info.settings.notifyLevel ?? ''}
        options={LEVELS}
        onChange={(level) => attempt(() => channel.setSettings({ notifyLevel: level || null }))}
      />
      <Toggle
        label="Mute: no sound, no bold name"
        value={isMuted(info)}
        onChange={(isOn) => attempt(() => channel.setSettings({ mutedUntil: isOn ? 'forever' : null }))}
      />
    </>
  );
}
