/** Making an account: what the project's hooks say to it, and what happens when somebody was faster. */
import { randomUUID } from 'node:crypto';
import { type Db, type Json, transaction } from './database.ts';
import { AuthError, OAuthError, raisedByProject, refusedValue, unexpected } from './errors.ts';
import { callHook } from './hooks.ts';
import { type Service, within } from './service.ts';
import { type NewUser, presentUser } from './users.ts';

export const providerMetadata = (...providers: string[]): Json =>
  providers.length > 0 ? { provider: providers[0], providers } : {};

/** Asks the project before there is anything. */
export async function askBeforeCreation(service: Service, user: NewUser): Promise<void> {
  const now = new Date().toISOString();
  await callHook(service, 'beforeUserCreated', {
    user: {
      id: user.id ?? randomUUID(),
      aud: user.aud,
      role: '',
      email: user.email ?? '',
      phone: user.phone ?? '',
      app_metadata: user.appMetadata,
      user_metadata: user.userMetadata,
      identities: [],
      created_at: now,
      updated_at: now,
      is_anonymous: user.isAnonymous ?? false,
    },
  });
}

export async function tellAfterCreation(service: Service, id: string): Promise<void> {
  if (!service.config.hooks.afterUserCreated) return;
  const user = await presentUser(service.db, id);
  if (!user.confirmed_at) delete user.confirmed_at;
  await callHook(service, 'afterUserCreated', { user });
}

/** Runs what makes a user in one transaction; a refusal by the project's triggers is told as recorded. */
export async function creating<T>(
  service: Service,
  run: (service: Service) => Promise<T>,
  sentence = 'Database error saving new user',
): Promise<T> {
  try {
    return await transaction(service.db, (tx: Db) => run(within(service, tx)));
  } catch (error) {
    if (error instanceof AuthError || error instanceof OAuthError) throw error;
    const refused = refusedValue(error);
    if (refused) throw refused;
    const raised = raisedByProject(error);
    if (raised && raised.fields.code !== '23505') throw raised;
    service.log('account not made', { reason: (error as Error).message });
    throw unexpected(sentence);
  }
}
