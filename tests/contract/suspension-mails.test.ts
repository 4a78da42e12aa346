/** Whoever is suspended is told by mail, also when the mail server was down at that moment. */
import { afterAll, expect, it } from 'vitest';
import { signUpAdmin } from '../helpers/admin.ts';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { call } from './api.ts';
import { mailsTo } from './mailbox.ts';

afterAll(() => database.end());

/** As the SDK suspends: nobody sends a mail with it, as when no server takes one. */
async function suspended(): Promise<Person> {
  const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
  await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'Spam' }).throwOnError();
  return ada;
}

const waiting = async ({ id }: Person) =>
  (await database`select tries from chat_private.suspension_mails where user_id = ${id}`).length;

const letTimePass = ({ id }: Person) =>
  database`update chat_private.suspension_mails set due_at = now() where user_id = ${id}`;

const sendAgain = (token?: string) => call('POST', '/api/hooks/suspension-mails', { token });

it('a mail that did not go out is sent by the worker', async () => {
  const ada = await suspended();
  expect(await waiting(ada)).toBe(1);
  expect(await mailsTo(ada.email)).toEqual([]);
  await letTimePass(ada);
  await database`select chat_private.wake_worker('suspension_mails')`;
  await expect.poll(async () => (await mailsTo(ada.email)).length).toBe(1);
  expect((await mailsTo(ada.email))[0]?.text).toContain('Spam');
  await expect.poll(() => waiting(ada)).toBe(0);
});

it('a mail that went out with the suspension waits for nothing', async () => {
  const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
  const path = `/api/admin/users/${ada.id}/suspend`;
  await call('POST', path, { token: root.token, json: { reason: 'Spam' } });
  await expect.poll(() => waiting(ada)).toBe(0);
  // The mail server has taken it before it shows it.
  await expect.poll(() => mailsTo(ada.email)).toHaveLength(1);
});

it('whoever is let in again before hears nothing', async () => {
  const ada = await suspended();
  await database`update chat.accounts set suspended_at = null where user_id = ${ada.id}`;
  expect(await waiting(ada)).toBe(0);
});

it('nobody but the server has mails sent', async () => {
  const [root, ada] = await Promise.all([signUpAdmin(), suspended()]);
  const before = await database`select tries from chat_private.suspension_mails where user_id = ${ada.id}`;
  for (const token of [undefined, 'garbage', root.token, stack.anonKey])
    expect([401, 403, 404]).toContain((await sendAgain(token)).status);
  const after = await database`select tries from chat_private.suspension_mails where user_id = ${ada.id}`;
  expect(after).toEqual(before);
});
