/** What operations refuse, whichever document asks for them: the statuses with their codes, and the fields that these are about. */
import type { Reason } from '../../_shared/http.ts';
import { translator } from '../translator.ts';
import { ACCOUNT_FIELDS, ACCOUNT_STATUSES } from '../usernames.ts';

const NOBODY: Reason = ['There is nobody with this id', 'user_not_found'];
const NOWHERE: Reason = ['It does not exist, or you are not in it', 'channel_not_found'];
const NOT_IN_IT: Reason = ['You are not in it', 'not_a_member'];
const NO_MESSAGE: Reason = [
  'There is no such message, or it is deleted, or you are not there',
  ...['message_not_found', 'channel_not_found'],
];
const WRONG_TEXT: Reason = [
  'A field is wrong or missing, or it mentions too many',
  ...['message_empty', 'message_too_long', 'too_many_mentions'],
];
const WRONG_PAGE: Reason = ['A parameter is wrong', 'invalid_cursor'];
const NOT_TO_BE_CHANGED = [
  'You may not change it, or who is in it, or they may not be',
  ...['not_a_member', 'not_a_channel_admin', 'not_the_creator', 'dm_is_permanent', 'channel_archived'],
  ...['user_blocked', 'user_banned'],
] as const;

export const refusals = {
  // Accounts. What signing up and in refuse stands beside them.
  findPerson: { 404: NOBODY },
  changeLogin: {
    400: [
      'A field is wrong, or taken',
      ...['username_taken', 'invalid_username', 'user_already_exists', 'weak_password', 'invalid_avatar_url'],
    ],
    403: ['This is somebody else', 'not_an_admin', 'not_yourself'],
    404: NOBODY,
  },
  deleteAccount: {
    403: ['This is somebody else', 'not_an_admin'],
    404: NOBODY,
    409: ['The platform would have no admin', 'last_admin'],
  },
  setPresence: { 403: ['This is somebody else', 'not_yourself'], 404: NOBODY },
  search: { 400: ['A parameter is wrong', 'invalid_search'], 403: NOT_IN_IT },
  ban: {
    400: ['A field is wrong, or the account is your own', 'cannot_target_oneself', 'invalid_reason'],
    403: ['The caller is no admin of the platform', 'not_an_admin'],
    404: NOBODY,
    409: ['The platform would have no admin', 'last_admin'],
  },
  administer: { 403: ['The caller is no admin of the platform', 'not_an_admin'] },

  // What people talk in.
  start: {
    400: [
      'A field is wrong, or names nobody',
      ...['invalid_name', 'user_not_found', 'too_many_members', 'too_few_members'],
    ],
    403: ['One of them and you have blocked the other', 'user_blocked'],
  },
  open: { 400: ['A field is wrong', 'invalid_name', 'invalid_description'] },
  find: { 404: NOWHERE },
  change: {
    400: ['A field is wrong, or names nobody', 'invalid_name', 'user_not_found', 'too_many_members'],
    403: NOT_TO_BE_CHANGED,
    404: NOWHERE,
  },
  changeMembers: {
    403: [...NOT_TO_BE_CHANGED, 'creator_cannot_leave'],
    404: [
      'It does not exist, or you are not in it, or nobody has this id',
      ...['channel_not_found', 'user_not_found', 'member_not_found'],
    ],
  },
  end: { 403: NOT_TO_BE_CHANGED, 404: NOWHERE },

  // What they say.
  send: {
    400: WRONG_TEXT,
    403: [
      'You are somebody else, not in it or kept out, or it is archived',
      ...['not_yourself', 'not_a_member', 'user_blocked', 'user_banned', 'channel_archived'],
    ],
    404: NOWHERE,
  },
  read: { 400: WRONG_PAGE, 403: NOT_IN_IT, 404: NOWHERE },
  readOpen: { 400: WRONG_PAGE, 404: NOWHERE },
  edit: {
    400: WRONG_TEXT,
    403: [
      'It is not yours, or older than 24 hours',
      ...['not_the_author', 'edit_window_closed', 'channel_archived', 'user_blocked'],
    ],
    404: NO_MESSAGE,
  },
  remove: {
    403: [
      'It is not yours',
      ...['not_the_author', 'not_a_channel_admin', 'dm_is_permanent', 'channel_archived', 'user_blocked'],
    ],
    404: NO_MESSAGE,
  },

  // Files, in the field `file` of a form.
  upload: {
    400: [
      'There is no file, there are several, or it is empty or has no name; or a field is wrong',
      ...['too_many_files', 'file_empty', 'invalid_file_name'],
    ],
    403: [
      'You are not in it or kept out, or it is archived',
      ...['not_a_member', 'user_blocked', 'user_banned', 'channel_archived'],
    ],
    404: NOWHERE,
    413: ['It is larger than 50 MB', 'file_too_large'],
    415: ['It is a program or of another type that is not taken', 'file_type_not_allowed'],
  },
  listFiles: { 403: NOT_IN_IT, 404: NOWHERE },
  download: { 404: ['No such file, or not visible to you', 'file_not_found'] },

  // What they are told of.
  notify: {
    400: ['A field is wrong, or there is no such person', 'invalid_notification', 'user_not_found'],
    403: ['One of you has blocked the other', 'user_blocked'],
  },
  markNotification: { 404: ['You have no such notification', 'notification_not_found'] },
} satisfies Record<string, Record<number, Reason>>;

/** What in a request our errors are about, in the names that documents have for it. */
const FIELDS = {
  ...ACCOUNT_FIELDS,
  cannot_target_oneself: 'userId',
  file_empty: 'file',
  file_type_not_allowed: 'file',
  invalid_avatar_url: 'profilePicture',
  invalid_description: 'description',
  invalid_file_name: 'file',
  invalid_name: 'name',
  invalid_notification: 'message',
  invalid_reason: 'reason',
  invalid_search: 'q',
  too_many_files: 'file',
  too_many_members: 'members',
};

/**
 * For a document that calls what people talk in like this, and whose messages have their text in this field; `fields` and
 * `statuses` are those of its own, by code.
 */
export const inWords = (
  place: string,
  text: string,
  fields: Record<string, string> = {},
  statuses: Record<string, number> = {},
) => {
  const texts = { message_empty: text, message_too_long: text, too_many_mentions: text };
  return translator({ ...ACCOUNT_STATUSES, ...statuses }, { ...FIELDS, ...texts, ...fields }, place);
};
