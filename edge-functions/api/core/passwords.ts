/** Choosing a new password: with a link that was mailed, or signed in. */
import { ApiError, refused } from '../../_shared/errors.ts';
import { type ChatClient, given, run, type Supabase } from '../../_shared/supabase.ts';
import type { PersonChanges } from './accounts.ts';
import { resume } from './second-factor.ts';

/** A token for the account with this address; null when there is none, or after ten in an hour. */
export const issueResetToken = (supabase: Supabase, email: string): Promise<string | null> =>
  run('send the link', supabase.asServer().rpc('issue_reset_token', { email }));

/** Sets the password of whoever the token is for, ends all their sessions and returns their address. */
export async function resetPassword(supabase: Supabase, token: string, password: string): Promise<string> {
  const server = supabase.asServer();
  const userId: string | null = await run('reset the password', server.rpc('claim_reset_token', { token }));
  if (userId === null) {
    throw new ApiError(
      'invalid_token',
      400,
      'unable to reset the password; the link is wrong, used or too old',
    );
  }
  const { data, error } = await server.auth.admin.updateUserById(userId, { password });
  if (error) {
    await run('reset the password', server.rpc('release_reset_token', { token }));
    throw refused('reset the password', error, error.status ?? 0);
  }
  return data.user.email ?? '';
}

/** The caller, who may set this account's password, and have this username and picture if they are given. */
export const checkNewPassword = (client: ChatClient, userId: string, { username, picture }: PersonChanges) =>
  run(
    'change password',
    client
      .rpc('check_new_password', { user_id: userId, ...given({ username, avatar_url: picture }) })
      .select('id, username, avatar_url')
      .single(),
  );

/** Sets the password of the person with this token, ends their other sessions and returns their address. */
export async function changePassword(visitor: ChatClient, token: string, password: string): Promise<string> {
  const { email = '' } = await resume(visitor, token);
  const { error } = await visitor.auth.updateUser({ password });
  // Whoever sends the present one has what they want.
  if (error && error.code !== 'same_password') throw refused('change the password', error, error.status ?? 0);
  return email;
}
