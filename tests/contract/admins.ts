/** What every endpoint for admins of the platform refuses. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { auditOf, signUpAdmin } from '../helpers/admin.ts';
import { database } from '../helpers/database.ts';
import { signUp } from '../helpers/people.ts';
import { type Answer, expectError, NOT_SIGNED_IN } from './api.ts';

export async function people() {
  const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
  return { root, ada };
}

/** Nothing that is refused changes them, so all refusals of a file are tried with the same. */
let shared: ReturnType<typeof people> | undefined;
export const samePeople = () => {
  shared ??= people();
  return shared;
};

/** Asks with this token, about this user where the endpoint is about one. */
export type Ask = (token: string | undefined, userId: string) => Promise<Answer<unknown>>;

export async function expectBadTokenRefused(ask: Ask, spoil: (good: string) => string | undefined) {
  const { root, ada } = await samePeople();
  expect(await ask(spoil(root.token), ada.id)).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  expect(await auditOf(database, ada.id)).toEqual([]);
}

export async function expectOthersRefused(ask: Ask) {
  const { root, ada } = await samePeople();
  const before = await auditOf(database, root.id);
  expectError(await ask(ada.token, root.id), 403, 'not_an_admin');
  expect(await auditOf(database, root.id)).toEqual(before);
}

/** For somebody who never was there, and for somebody whose account is deleted. */
export async function expectMissingUserRefused(ask: Ask) {
  const { root, ada } = await people();
  expectError(await ask(root.token, randomUUID()), 404, 'user_not_found');
  await root.supabase.rpc('delete_user', { user_id: ada.id }).throwOnError();
  expectError(await ask(root.token, ada.id), 404, 'user_not_found');
}

export async function expectOwnAccountRefused(ask: Ask) {
  const { root } = await samePeople();
  expectError(await ask(root.token, root.id), 400, 'cannot_target_oneself', 'userId');
}

export async function expectBadIdRefused(ask: Ask) {
  const { root } = await samePeople();
  expectError(await ask(root.token, 'me'), 400, 'invalid_input', 'userId');
}
