import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { UsersState } from '../../sdk/src/index.ts';
import { closeChats, connectChat, joinChat, observe } from '../helpers/chat.ts';
import { PASSWORD } from '../helpers/people.ts';

afterEach(closeChats);

const newUsername = () => `u${randomUUID().slice(0, 8)}`;

it('a person is found by id and by username, with everything that everybody may see', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  await bob.chat.users.update({ title: 'Engineer', custom: { team: 'core' } });
  const profile = await ada.chat.users.get(bob.id);
  expect(profile).toMatchObject({ id: bob.id, name: 'Bob', title: 'Engineer', custom: { team: 'core' } });
  expect(profile.createdAt).toBeInstanceOf(Date);
  expect(await ada.chat.users.get(profile.username)).toEqual(profile);
  await expect(ada.chat.users.get(randomUUID())).rejects.toMatchObject({ code: 'user_not_found' });
  await expect(ada.chat.users.get('nobody.at.all')).rejects.toMatchObject({ code: 'user_not_found' });
});

it('people are read many at once, in the order asked, without those who do not exist', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  const strangers = Array.from({ length: 150 }, () => randomUUID());
  const people = await ada.chat.users.list([bob.id, ...strangers, ada.id, bob.id]);
  expect(people.map(({ name }) => name)).toEqual(['Bob', 'Ada']);
  expect(await ada.chat.users.list([])).toEqual([]);
});

it('a change of a profile is seen by those who watch the person, and by nobody else', async () => {
  const [ada, bob, eve] = [await joinChat('Ada'), await joinChat('Bob'), await joinChat('Eve')];
  const seen = observe((listener: (state: UsersState) => void) =>
    ada.chat.users.subscribe([bob.id, randomUUID()], listener),
  );
  const { people } = await seen.until((state) => state.connection === 'live');
  expect([...people.values()].map(({ name }) => name)).toEqual(['Bob']);
  await eve.chat.users.update({ name: 'Eva' });
  const changed = await bob.chat.users.update({ name: 'Robert' });
  const after = await seen.until((state) => state.people.get(bob.id)?.name === 'Robert');
  expect(after.people.get(bob.id)).toEqual(changed);
  expect(after.people.has(eve.id)).toBe(false);
});

it('the own profile changes part by part, and a wrong part changes nothing', async () => {
  const { chat } = await joinChat('Ada');
  const before = await chat.users.me();
  const avatarUrl = 'https://example.com/ada.png';
  await chat.users.update({ avatarUrl, title: 'Countess' });
  expect(await chat.users.update({ title: null })).toMatchObject({ name: 'Ada', avatarUrl, title: null });
  expect(await chat.users.update({ avatarUrl: null })).toMatchObject({ avatarUrl: null });
  const refused = (changes: Parameters<typeof chat.users.update>[0]) =>
    chat.users.update({ title: 'Unchanged', ...changes }).catch(({ code }) => code);
  expect(await refused({ name: ' ' })).toBe('invalid_name');
  expect(await refused({ username: 'No Way' })).toBe('invalid_username');
  expect(await refused({ avatarUrl: 'ftp://example.com' })).toBe('invalid_avatar_url');
  expect(await refused({ title: 'x'.repeat(81) })).toBe('invalid_title');
  expect(await refused({ custom: [] as never })).toBe('invalid_custom');
  expect(await refused({ name: 'a\u0000b' })).toBe('invalid_input');
  const taken = await joinChat('Bob');
  expect(await refused({ username: (await taken.chat.users.me()).username })).toBe('username_taken');
  expect({ ...(await chat.users.me()), updatedAt: null }).toEqual({ ...before, updatedAt: null });
});

it('who signed up by username alone signs in by the username they have changed to', async () => {
  const [old, next] = [newUsername(), newUsername()];
  const chat = connectChat();
  const { userId } = await chat.auth.signUp({ username: old, password: PASSWORD });
  await chat.users.update({ username: next });
  expect(await connectChat().auth.signIn({ username: next, password: PASSWORD })).toEqual({ userId });
  await expect(connectChat().auth.signIn({ username: old, password: PASSWORD })).rejects.toMatchObject({
    code: 'invalid_credentials',
  });
  const other = await connectChat().auth.signUp({ username: old, password: PASSWORD });
  expect(other.userId).not.toBe(userId);
});
