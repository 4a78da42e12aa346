/** What the caller may do in a channel, so that an app can grey out the rest; the database decides, this only tells. */

/** Given by kind of channel, role, whether the caller owns it, whether it is archived, and who blocked whom. */
export type Capability =
  | 'send_message'
  | 'reply'
  | 'react'
  | 'upload_file'
  | 'mention_everyone'
  | 'pin'
  | 'invite'
  | 'update_channel'
  | 'remove_member'
  | 'ban_member'
  | 'set_role'
  | 'delete_any_message'
  | 'archive'
  | 'delete_channel'
  | 'leave';
