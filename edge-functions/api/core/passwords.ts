/** Choosing a new password: with a link that was mailed, or signed in. */
import { ApiError, refused } from '../../_shared/errors.ts';
import { type ChatClient, given, run, type Supabase } from '../../_shared/supabase.ts';
import { type PersonChanges, toColumns } from './accounts.ts';
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

/** The caller, who may set this account's password, and have this username, picture and address if they are given. */
export const checkNewPassword = (client: ChatClient, userId: string, changes: PersonChanges) =>
  run(
    'change password',
    client
      .rpc('check_new_password', { user_id: userId, ...toColumns(changes) })
      .select('id, username, avatar_url')
      .single(),
  );

/** What Auth changes. */
export interface Secrets {
  /** Ends the other sessions. */
  password?: string | undefined;
  /** The account gets it when the link in one of the letters to both addresses is followed. */
  email?: string | undefined;
}

/** Changes them for the person with this token, and returns their present address. */
export async function changeSecrets(visitor: ChatClient, token: string, secrets: Secrets): Promise<string> {
  const { email = '' } = await resume(visitor, token);
  const { error } = await visitor.auth.updateUser(given(secrets));
  // Whoever sends the present password has what they want of it.
  if (error?.code === 'same_password') {
    return secrets.email ? changeSecrets(visitor, token, { email: secrets.email }) : email;
  }
  if (error) throw refused('change the account', error, error.status ?? 0);
  return email;
}
