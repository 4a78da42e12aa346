/** ConnectBest's statuses and field names for our errors. */
import { translator } from '../../translator.ts';

/** Where the document asks for another status than ours. */
const STATUSES: Record<string, number> = {
  // What was deleted is gone.
  message_deleted: 404,
  user_already_exists: 400,
  weak_password: 400,
};

/** Which field of the document a rule of the database or of Auth is about. */
const FIELDS: Record<string, string> = {
  user_already_exists: 'email',
  weak_password: 'password',
  cannot_target_oneself: 'userId',
  file_empty: 'files',
  file_type_not_allowed: 'files',
  invalid_channel_kind: 'type',
  invalid_code: 'code',
  invalid_description: 'description',
  invalid_file_name: 'files',
  invalid_name: 'name',
  invalid_phone: 'phone',
  invalid_reason: 'reason',
  invalid_scopes: 'scopes',
  invalid_emoji: 'emoji',
  invalid_parent: 'parentMessageId',
  invalid_search: 'query',
  invalid_slug: 'name',
  invalid_status: 'statusMessage',
  invalid_timezone: 'preferences.timezone',
  invalid_token: 'token',
  message_empty: 'content',
  message_too_long: 'content',
  slug_taken: 'name',
  too_many_mentions: 'content',
  too_many_notifications: 'notificationIds',
};

export const translateError = translator(STATUSES, FIELDS);
