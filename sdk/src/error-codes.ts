/** Every error code of Confab and the HTTP status it comes with; SQL raises the same ones. */
export const errorCodes = {
  /** The request carries no token, or one that is no token of this project. */
  not_signed_in: 401,
  /** The session was ended (sign-out, password reset, deletion) or its token expired. */
  session_expired: 401,
  /** The address or username and the password do not belong together. */
  invalid_credentials: 400,
  /** The HTTP API signs in by a verified address only, unless the account was made with a username. */
  email_not_verified: 401,
  /** An address that is verified is changed by Auth, which mails a link to the new one. */
  email_verified: 409,
  /** The code is wrong, used, replaced or older than ten minutes, or five tries have ended it. */
  invalid_code: 400,
  /** The link for a new password is wrong, used, replaced or older than an hour. */
  invalid_token: 400,
  /** A sign-in through a provider comes back to another browser than it began in, or for the second time. */
  invalid_state: 400,
  /** Somebody did not agree at Google to sign in here. */
  google_denied: 400,
  /** Google has not verified the address, so it proves nothing. */
  google_address_not_verified: 403,
  /** Signing in with Google is not set up. */
  google_not_configured: 404,
  /** Google does not answer, or does not confirm who it is. */
  google_failed: 502,
  /** An administrator suspended this account. */
  account_suspended: 403,
  /** Only admins of the platform may do this. */
  not_an_admin: 403,
  /** Only the person whose account it is may do this, or send in their name. */
  not_yourself: 403,
  /** Nobody suspends, activates or demotes themselves, and direct messages by the HTTP API need somebody else. */
  cannot_target_oneself: 400,
  /** The platform, and every channel that has admins, keeps one at least. */
  last_admin: 409,
  /** A role of the platform is `user` or `admin`. */
  invalid_user_role: 400,
  /** The API key is wrong, revoked or expired, or its maker is no admin any more. */
  invalid_api_key: 401,
  /** The API key has no scope for this, or only people may do it. */
  missing_scope: 403,
  /** There is no such API key. */
  api_key_not_found: 404,
  /** The scopes of an API key are `read`, `write` and `admin`. */
  invalid_scopes: 400,
  /** There is no setting of this name. */
  setting_not_found: 404,
  /** The value of a setting has another type or lies outside its bounds. */
  invalid_setting: 400,
  /** The account has a second factor and this session has not confirmed it. */
  second_factor_required: 403,
  /** The account has no second factor. */
  second_factor_missing: 400,
  /** The address has an account already. */
  user_already_exists: 422,
  /** The password is too short or too simple. */
  weak_password: 422,
  /** The new password is the old one. */
  same_password: 422,
  /** Another account has this username, or it is reserved: `all`, `channel`, `everyone`, `here`, `deleted-user`. */
  username_taken: 422,
  /** A username has 2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit. */
  invalid_username: 422,
  /** The channel does not exist or the caller may not know that it does. */
  channel_not_found: 404,
  /** The channel is public, but the caller has not joined it. */
  not_a_member: 403,
  /** The channel is private, and the caller is not in it. */
  channel_is_private: 403,
  /** Only admins of the channel may do this. */
  not_a_channel_admin: 403,
  /** This user is not in the channel. */
  member_not_found: 404,
  /** No such user. */
  user_not_found: 404,
  /** Nobody can block themselves. */
  cannot_block_oneself: 400,
  /** One of the two has blocked the other. */
  user_blocked: 403,
  /** A channel's kind is `public` or `private`. */
  invalid_channel_kind: 400,
  /** A slug has 1 to 80 of a-z, 0-9 and single dashes between them. */
  invalid_slug: 400,
  /** A name has 1 to 80 characters that can be seen; a channel's has no others. */
  invalid_name: 400,
  /** A phone number has the form +491234567 (E.164). */
  invalid_phone: 400,
  /** A title has at most 80 characters. */
  invalid_title: 400,
  /** The address of a picture begins with `https://` or `http://` and has at most 2,048 characters. */
  invalid_avatar_url: 400,
  /** A presence is online, away, busy, inmeeting or offline. */
  invalid_presence: 400,
  /** An activity is typing or playing, and of somebody who is online. */
  invalid_activity: 400,
  /** A status has at most 100 characters and expires within the next year. */
  invalid_status: 400,
  /** At most 500 people can be asked for at once. */
  too_many_users: 400,
  /** At most 100 channels can be asked for at once, and the settings of 1,000 changed. */
  too_many_channels: 400,
  /** Custom data is a JSON object of at most 16 KB, nested at most 100 levels deep. */
  invalid_custom: 400,
  /** A description has at most 500 characters. */
  invalid_description: 400,
  /** Another channel has this slug; as in Slack, that is said of private ones too. */
  slug_taken: 409,
  /** At most 1,000 members can be added at once. */
  too_many_members: 400,
  /** Direct messages keep both people. */
  dm_is_permanent: 403,
  /** The channel is archived: it can only be read. */
  channel_archived: 403,
  /** Only the owner of the channel may do this. */
  not_the_creator: 403,
  /** The owner cannot leave or be removed before somebody else owns the channel. */
  creator_cannot_leave: 403,
  /** A role in a channel is `admin` or `member`. */
  invalid_role: 400,
  /** This user is banned from the channel. */
  user_banned: 403,
  /** A group needs somebody besides its maker. */
  too_few_members: 400,
  /** A reason has at most 500 characters, and that of a suspension 1 at least. */
  invalid_reason: 400,
  /** The time lies in the past, or outside the years 1970 to 9999 or, of a time of day, the day. */
  invalid_time: 400,
  /** The message has neither text nor files. */
  message_empty: 400,
  /** The text is longer than 40,000 characters. */
  message_too_long: 400,
  /** The id given for a message belongs to another one. */
  message_id_taken: 409,
  /** The message does not exist or is not visible to the caller. */
  message_not_found: 404,
  /** The message to reply to is not in the channel. */
  invalid_parent: 400,
  /** There is no such scheduled message of the caller. */
  scheduled_message_not_found: 404,
  /** The scheduled message was sent, cancelled or refused already. */
  scheduled_message_ended: 409,
  /** At most 500 messages of a person wait to be sent later. */
  too_many_scheduled_messages: 400,
  /** The message was taken out of the queue before it was sent. */
  message_discarded: 409,
  /** The message has been deleted. */
  message_deleted: 409,
  /** Only the author may do this. */
  not_the_author: 403,
  /** The message was sent longer ago than messages may be edited. */
  edit_window_closed: 403,
  /** A message mentions at most 200 people. */
  too_many_mentions: 400,
  /** The channel has as many pinned messages as it may have. */
  too_many_pins: 400,
  /** An emoji has 1 to 32 characters without blanks. */
  invalid_emoji: 400,
  /** A message has at most 50 different emoji. */
  too_many_reactions: 400,
  /** A note has at most 500 characters. */
  invalid_note: 400,
  /** The file does not exist, or the caller may not know that it does. */
  file_not_found: 404,
  /** The file was announced, but Storage does not have it yet. */
  file_not_uploaded: 409,
  /** The file belongs to another message. */
  file_already_sent: 409,
  /** The id given for a file belongs to another one. */
  file_id_taken: 409,
  /** Only who uploaded the file may do this. */
  not_the_uploader: 403,
  /** The platform does not take files of this media type: programs, mostly. */
  file_type_not_allowed: 415,
  /** A message has at most 10 files. */
  too_many_files: 400,
  /** The file has no content. */
  file_empty: 400,
  /** The file cannot be read: a folder, or changed or removed since it was chosen. */
  file_unreadable: 400,
  /** The file is larger than the platform's setting `max_file_bytes` allows, or a picture than 5 MB. */
  file_too_large: 413,
  /** A file's name has 1 to 255 characters, some of them visible. */
  invalid_file_name: 400,
  /** A media type looks like `image/png`. */
  invalid_mime_type: 400,
  /** Width and height come together, each from 1 to 100,000. */
  invalid_dimensions: 400,
  /** A page has 1 to 200 rows. */
  invalid_page_size: 400,
  /** A seq is a number from 0. */
  invalid_seq: 400,
  /** A time zone has an IANA name like `Europe/Berlin`. */
  invalid_timezone: 400,
  /** Types of notifications are `mention`, `dm`, `reaction`, `thread_reply`, `channel_invite` and `message`. */
  invalid_notification_type: 400,
  /** A notification that people send has 1 to 1,000 characters, some that can be seen. */
  invalid_notification: 400,
  /** At most 1,000 notifications can be marked at once. */
  too_many_notifications: 400,
  /** The caller has no such notification. */
  notification_not_found: 404,
  /** A notification level is `all`, `mentions` or `nothing`. */
  invalid_notify_level: 400,
  /** The query has neither words nor filters, is too long, or a filter in it is not understood. */
  invalid_search: 400,
  /** A cursor is what the page before gave. */
  invalid_cursor: 400,
  /** A value has the wrong type or form, or text holds a character that cannot be stored (NUL, half a surrogate pair). */
  invalid_input: 400,
  /** The caller has no right to this. */
  forbidden: 403,
  /** Something with this identity exists already. */
  conflict: 409,
  /** No such thing. */
  not_found: 404,
  /** This installation answers over TLS only. */
  https_required: 403,
  /** The path exists, but not with this method; `Allow` names those it has. */
  method_not_allowed: 405,
  /** The body is larger than the endpoint takes. */
  payload_too_large: 413,
  /** The body is not of the type the endpoint takes, mostly `application/json`. */
  unsupported_media_type: 415,
  /** Too many requests; try again after `retryAfter` seconds. */
  rate_limited: 429,
  /** The caller ended it with its `AbortSignal`. */
  cancelled: 0,
  /** No answer: the network is down or the server cannot be reached. */
  network_unavailable: 0,
  /** The server is starting, stopping or overloaded. */
  service_unavailable: 503,
  /** Something went wrong on the server. */
  internal_error: 500,
} as const;

export type ErrorCode = keyof typeof errorCodes;
