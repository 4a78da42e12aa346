/** Choosing a new password with a link that was mailed. */
import { ApiError, refused } from '../../_shared/errors.ts';
import { run, type Supabase } from '../../_shared/supabase.ts';

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
