/** Notifications and their settings as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import { absent, Uuid } from '../../../_shared/schemas.ts';
import { given } from '../../../_shared/supabase.ts';
import type { NotificationRow } from '../../core/notifications.ts';
import { DELETED_USER, Id, Time, toTime } from './values.ts';

const CHANNEL = '0197f1d2-6c3a-7b54-9e21-3f0d5a8c4b10';

const Level = z.enum(['all', 'mentions', 'nothing']);

const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day like 22:00')
  .openapi({ description: "HH:mm, in the time zone of the user's preferences", example: '22:00' });

export const Settings = z
  .object({
    enabled: z.boolean(),
    soundEnabled: z.boolean(),
    channels: z.record(Id, z.object({ enabled: z.boolean(), mentions: Level })).openapi({
      description: 'By id: the channels that have settings of their own',
      example: { [CHANNEL]: { enabled: true, mentions: 'all' } },
    }),
    dnd: z.object({ enabled: z.boolean(), startTime: ClockTime, endTime: ClockTime }),
  })
  .openapi('NotificationSettings');

const Flag = absent(z.boolean().optional());
const ClockChange = absent(ClockTime.optional());

const ChannelChange = z.object({ enabled: Flag, mentions: absent(Level.optional()) });

export const SettingsChange = z
  .object({
    enabled: Flag,
    soundEnabled: Flag,
    channels: absent(z.record(Uuid, ChannelChange.nullable()).optional()).openapi({
      description: 'Others stay as they are; null takes away what a channel has of its own',
      example: { [CHANNEL]: { mentions: 'all' } },
    }),
    dnd: absent(z.object({ enabled: Flag, startTime: ClockChange, endTime: ClockChange }).optional()),
  })
  .openapi('NotificationSettingsChange');

export const Notification = z
  .object({
    id: Id,
    type: z.enum(['mention', 'dm', 'reaction', 'thread_reply', 'channel_invite', 'message']).openapi({
      description: 'Additive: channel_invite, added to a channel; message, in a channel whose level is all',
    }),
    message: z.string().openapi({ example: 'Ada Lovelace mentioned you in #general: Good morning' }),
    channelId: Id.nullable(),
    messageId: Id.nullable(),
    read: z.boolean(),
    createdAt: Time,
  })
  .openapi('Notification');

export interface SettingsRow {
  notifications: boolean;
  sound: boolean;
  dnd_enabled: boolean;
  dnd_start: string;
  dnd_end: string;
  channels: { channel_id: string; is_muted: boolean; level: string }[];
}

export const toSettings = (row: SettingsRow): z.infer<typeof Settings> => ({
  enabled: row.notifications,
  soundEnabled: row.sound,
  channels: Object.fromEntries(
    row.channels.map(({ channel_id, is_muted, level }) => [
      channel_id,
      { enabled: !is_muted, mentions: Level.parse(level) },
    ]),
  ),
  dnd: { enabled: row.dnd_enabled, startTime: toClockTime(row.dnd_start), endTime: toClockTime(row.dnd_end) },
});

/** The arguments of `set_notification_settings`; what is left out stays as it is. */
export function fromSettings({ enabled, soundEnabled, channels, dnd }: z.infer<typeof SettingsChange>) {
  return given({
    notifications: enabled,
    sound: soundEnabled,
    dnd_enabled: dnd?.enabled,
    dnd_start: dnd?.startTime,
    dnd_end: dnd?.endTime,
    channels: channels && Object.entries(channels).map(([id, change]) => fromChannelSettings(id, change)),
  });
}

const fromChannelSettings = (channel_id: string, change: z.infer<typeof ChannelChange> | null) =>
  change
    ? {
        channel_id,
        is_muted: change.enabled === undefined ? null : !change.enabled,
        level: change.mentions ?? null,
      }
    : { channel_id, is_muted: false, level: 'default' };

export const toNotification = (row: NotificationRow): z.infer<typeof Notification> => ({
  id: row.id,
  type: row.type,
  message: toSentence(row),
  channelId: row.channel_id,
  messageId: row.message_id,
  read: row.read_at !== null,
  createdAt: toTime(row.created_at),
});

function toSentence({ type, text, emoji, ...row }: NotificationRow): string {
  const actor = row.actor ?? DELETED_USER.name;
  const place = row.channel ? ` in #${row.channel}` : '';
  // Only what is all files has no text.
  const said = text || 'a file';
  switch (type) {
    case 'mention':
      return `${actor} mentioned you${place}: ${text}`;
    case 'reaction':
      return `${actor} reacted ${emoji ?? ''} to your message: ${said}`;
    case 'thread_reply':
      return `${actor} replied to a thread${place}: ${said}`;
    case 'channel_invite':
      return `${actor} added you to ${text || 'a group'}`;
    case 'dm':
    case 'message':
      return text ? `${actor}${place}: ${text}` : `${actor} sent a file${place}`;
  }
}

/** Postgres says seconds as well. */
const toClockTime = (time: string) => time.slice(0, 5);
