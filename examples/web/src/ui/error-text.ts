/** What to tell the user for each error code. */
import { type ErrorCode, isChatError } from '@confab/sdk';

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  session_expired: 'Your session has ended. Please sign in again.',
  invalid_credentials: 'This e-mail address and password do not belong together.',
  account_suspended: 'This account has been suspended.',
  second_factor_required: 'This account needs a second factor, which this app cannot ask for yet.',
  user_already_exists: 'There is an account with this e-mail address already. Sign in instead?',
  weak_password: 'This password is too short or too easy to guess.',
  invalid_name: 'A name has 1 to 80 characters.',
  channel_not_found: 'There is no such channel, or you may not see it.',
  not_a_member: 'Join the channel to do this.',
  not_a_channel_admin: 'Only admins of the channel can do this.',
  invalid_slug: 'A channel needs a name of 1 to 80 letters or digits.',
  slug_taken: 'There is a channel with this name already.',
  invalid_description: 'A description has at most 500 characters.',
  dm_is_permanent: 'Direct messages cannot be left.',
  message_empty: 'Write something first.',
  message_too_long: 'This message is too long; the limit is 40,000 characters.',
  invalid_input: 'Some of this cannot be used. Please check what you entered.',
  forbidden: 'You may not do this.',
  rate_limited: 'That was a little fast. Please wait a moment and try again.',
  network_unavailable: 'The server cannot be reached. Please check your connection.',
  service_unavailable: 'The server is busy. Please try again in a moment.',
};

export const errorText = (error: unknown): string =>
  (isChatError(error) && SENTENCES[error.code]) || 'Something went wrong. Please try again.';
