import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterEach, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { createChat } from '../../sdk/src/index.ts';
import { closeChats, connectChat, joinChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { follow, letterTo } from '../helpers/mail.ts';
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

it.each(['No Way', 'Ada', '_ada', 'a@example.com', '\ud800ada', ''])(
  'tells somebody without an address that nobody can be called %j',
  async (username) => {
    const signUp = connectChat().auth.signUp({ username, password: PASSWORD });
    await expect(signUp).rejects.toMatchObject({ code: 'invalid_username', status: 422 });
  },
);

it('of several who choose one username at once one gets it, and the others hear that it is taken', async () => {
  for (const address of [() => ({}), () => ({ email: uniqueEmail() })]) {
    const username = `u${randomUUID().slice(0, 8)}`;
    const signUp = () => connectChat().auth.signUp({ username, password: PASSWORD, ...address() });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, signUp));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused.map(({ code }) => code)).toEqual(Array(4).fill('username_taken'));
  }
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

const NEW_PASSWORD = 'Another2donkey';

it('a new password replaces the old one and ends the sessions on other devices', async () => {
  const [here, there] = [connectChat(), connectChat()];
  const email = uniqueEmail();
  await here.auth.signUp({ email, password: PASSWORD });
  await there.auth.signIn({ email, password: PASSWORD });
  await here.auth.updatePassword(NEW_PASSWORD);
  expect(await here.users.me()).toMatchObject({ email });
  await expect(there.users.me()).rejects.toMatchObject({ code: 'session_expired' });
  await expect(connectChat().auth.signIn({ email, password: PASSWORD })).rejects.toMatchObject({
    code: 'invalid_credentials',
  });
  await connectChat().auth.signIn({ email, password: NEW_PASSWORD });
  await expect(here.auth.updatePassword(NEW_PASSWORD)).rejects.toMatchObject({ code: 'same_password' });
  await expect(here.auth.updatePassword('short')).rejects.toMatchObject({ code: 'weak_password' });
  await expect(connectChat().auth.updatePassword(NEW_PASSWORD)).rejects.toMatchObject({
    code: 'not_signed_in',
    status: 401,
  });
});

it('a forgotten password is replaced by way of a letter, and nobody learns which addresses have accounts', async () => {
  const email = uniqueEmail();
  const { userId } = await connectChat().auth.signUp({ email, password: PASSWORD });
  const chat = connectChat();
  await chat.auth.requestPasswordReset(uniqueEmail());
  await chat.auth.requestPasswordReset(email, { redirectTo: 'http://localhost:5173/new-password' });
  const { link } = await letterTo(email);
  const place = await follow(link);
  expect(place.pathname).toBe('/new-password');

  // What supabase-js does by itself when the app opens there.
  const token = new URLSearchParams(place.hash.slice(1));
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false },
    realtime: { transport: WebSocket as never },
  });
  await supabase.auth.setSession({
    access_token: token.get('access_token') ?? '',
    refresh_token: token.get('refresh_token') ?? '',
  });
  const opened = createChat({ supabase });
  await opened.auth.updatePassword(NEW_PASSWORD);
  await opened.close();
  expect(await connectChat().auth.signIn({ email, password: NEW_PASSWORD })).toEqual({ userId });
});

it('the address changes when the letters to both have been opened, and one that is taken is refused', async () => {
  const chat = connectChat();
  const [before, after] = [uniqueEmail(), uniqueEmail()];
  const { userId } = await chat.auth.signUp({ email: before, password: PASSWORD });
  await chat.auth.updateEmail(after);
  expect(await chat.users.me()).toMatchObject({ email: before });
  for (const address of [before, after]) await follow((await letterTo(address)).link);
  expect(await chat.users.me()).toMatchObject({ email: after });
  expect(await connectChat().auth.signIn({ email: after, password: PASSWORD })).toEqual({ userId });
  const taken = uniqueEmail();
  await connectChat().auth.signUp({ email: taken, password: PASSWORD });
  await expect(chat.auth.updateEmail(taken)).rejects.toMatchObject({ code: 'user_already_exists' });
  await expect(chat.auth.updateEmail('no address')).rejects.toMatchObject({ code: 'invalid_input' });
});

it('an account with a username only gets an address by the letter to it, and never that of another username', async () => {
  const username = `u${randomUUID().slice(0, 8)}`;
  const email = uniqueEmail();
  const chat = connectChat();
  const { userId } = await chat.auth.signUp({ username, password: PASSWORD });
  await expect(chat.auth.updateEmail(`${username}x@users.confab.invalid`)).rejects.toMatchObject({
    code: 'invalid_input',
  });
  await chat.auth.updateEmail(email);
  await follow((await letterTo(email)).link);
  expect(await chat.users.me()).toMatchObject({ username, email });
  expect(await connectChat().auth.signIn({ email, password: PASSWORD })).toEqual({ userId });
});

it('signs out of one device, or of all', async () => {
  const email = uniqueEmail();
  const [first, second, third] = [connectChat(), connectChat(), connectChat()];
  await first.auth.signUp({ email, password: PASSWORD });
  await second.auth.signIn({ email, password: PASSWORD });
  await third.auth.signIn({ email, password: PASSWORD });
  await first.auth.signOut();
  expect(await second.users.me()).toMatchObject({ email });
  await second.auth.signOut({ everywhere: true });
  await expect(third.users.me()).rejects.toMatchObject({ code: 'session_expired' });
});
