import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { closeChats, connectChat, joinChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

afterEach(closeChats);

it('signs up, out and in again, by address and by username alone', async () => {
  const chat = connectChat();
  const email = uniqueEmail();
  const { userId } = await chat.auth.signUp({ email, password: PASSWORD, name: 'Ada Lovelace' });
  expect(await chat.users.me()).toMatchObject({ id: userId, name: 'Ada Lovelace', email, role: 'user' });
  await chat.auth.signOut();
  expect(chat.auth.userId).toBeNull();
  expect(await chat.auth.signIn({ email, password: PASSWORD })).toEqual({ userId });

  const username = `u${randomUUID().slice(0, 8)}`;
  const other = connectChat();
  const made = await other.auth.signUp({ username, password: PASSWORD });
  expect(await other.users.me()).toMatchObject({ username, email: null });
  expect(await connectChat().auth.signIn({ username, password: PASSWORD })).toEqual(made);
});

it('tells what is wrong with a sign-up by code', async () => {
  const chat = connectChat();
  const username = `u${randomUUID().slice(0, 8)}`;
  await chat.auth.signUp({ username, email: uniqueEmail(), password: PASSWORD });
  const signUp = (account: Parameters<typeof chat.auth.signUp>[0]) => connectChat().auth.signUp(account);
  const email = uniqueEmail();
  await signUp({ email, password: PASSWORD });
  await expect(signUp({ email, password: PASSWORD })).rejects.toMatchObject({ code: 'user_already_exists' });
  await expect(signUp({ email: uniqueEmail(), username, password: PASSWORD })).rejects.toMatchObject({
    code: 'username_taken',
  });
  await expect(
    signUp({ email: uniqueEmail(), username: 'No Way', password: PASSWORD }),
  ).rejects.toMatchObject({
    code: 'invalid_username',
  });
  await expect(
    signUp({ email: uniqueEmail(), name: 'x'.repeat(81), password: PASSWORD }),
  ).rejects.toMatchObject({
    code: 'invalid_name',
  });
  await expect(signUp({ email: uniqueEmail(), password: 'short' })).rejects.toMatchObject({
    code: 'weak_password',
  });
  await expect(signUp({ email: 'not an address', password: PASSWORD })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

it('refuses a wrong password', async () => {
  const chat = connectChat();
  await expect(chat.auth.signIn({ email: uniqueEmail(), password: PASSWORD })).rejects.toMatchObject({
    code: 'invalid_credentials',
  });
});

it('refuses everything at once when the session is ended on the server', async () => {
  const ada = await joinChat('Ada');
  await ada.chat.users.me();
  await database`delete from auth.sessions where user_id = ${ada.id}`;
  await expect(ada.chat.channels.list()).rejects.toMatchObject({ code: 'session_expired', status: 401 });
});

it('says so when the key is wrong or nobody answers', async () => {
  const wrong = connectChat(stack.apiUrl, 'sb_publishable_wrong');
  await expect(wrong.auth.signIn({ email: uniqueEmail(), password: PASSWORD })).rejects.toMatchObject({
    name: 'ChatError',
  });
  const nobody = connectChat('http://127.0.0.1:9');
  await expect(nobody.auth.signIn({ email: uniqueEmail(), password: PASSWORD })).rejects.toMatchObject({
    code: 'network_unavailable',
    retryable: true,
  });
});

it('is signed out, and says so, once the server has ended the session', async () => {
  const ada = await joinChat('Ada');
  const states: (string | null)[] = [];
  ada.chat.auth.subscribe(({ userId }) => states.push(userId));
  await database`delete from auth.sessions where user_id = ${ada.id}`;
  await expect(ada.chat.channels.list()).rejects.toMatchObject({ code: 'session_expired' });
  await vi.waitUntil(() => states.at(-1) === null);
  expect(states).toEqual([ada.id, null]);
});
