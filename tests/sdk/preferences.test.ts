import { afterEach, expect, it } from 'vitest';
import { isChatError, type PreferencesState, type Subscription } from '../../sdk/src/index.ts';
import { closeChats, joinChat, observe } from '../helpers/chat.ts';

afterEach(closeChats);

it('preferences are changed in part, and every device hears of it', async () => {
  const { chat } = await joinChat('Ada');
  const watched = observe<PreferencesState, Subscription>(chat.preferences.subscribe);
  const before = await watched.until(({ connection }) => connection === 'live');
  expect(before.preferences).toMatchObject({
    sound: true,
    dnd: { isEnabled: false, start: '22:00', end: '07:00' },
  });
  const changed = await chat.preferences.set({ sound: false, dnd: { isEnabled: true, start: '21:30' } });
  expect(changed).toEqual({
    ...before.preferences,
    sound: false,
    dnd: { isEnabled: true, start: '21:30', end: '07:00' },
  });
  expect((await watched.until(({ preferences }) => preferences?.sound === false)).preferences).toEqual(
    changed,
  );
  expect(await chat.preferences.get()).toEqual(changed);
});

it.each([
  ['a time zone that there is not', { timezone: 'Mars/Olympus' }, 'invalid_timezone'],
  ['a level that there is not', { level: 'some' as 'all' }, 'invalid_notify_level'],
  ['a time that there is not', { dnd: { start: '25:00' } }, 'invalid_input'],
  ['a time that is none', { dnd: { end: 'noon' } }, 'invalid_input'],
])('preferences refuse %s', async (_what, changes, code) => {
  const { chat } = await joinChat('Ada');
  const refused = await chat.preferences.set({ sound: false, ...changes }).catch((error: unknown) => error);
  expect(isChatError(refused) && refused.code).toBe(code);
  expect(await chat.preferences.get()).toMatchObject({ sound: true });
});
