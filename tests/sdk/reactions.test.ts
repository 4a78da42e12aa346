/** Emoji under a message: given, taken back, listed, counted in live views. */
import { afterEach, expect, it } from 'vitest';
import type { MessagesState } from '../../sdk/src/index.ts';
import { closeChats, joinPair, observe } from '../helpers/chat.ts';

afterEach(closeChats);

const reactionsOf = (state: MessagesState, id: string) =>
  state.messages.find((message) => message.id === id)?.reactions ?? [];

it('a reaction is counted for everybody and marked as own for whoever gave it', async () => {
  const { adas, bobs } = await joinPair();
  const { id, seq } = await adas.messages.send('hi');
  const views = [adas, bobs].map((channel) =>
    observe((listener: (state: MessagesState) => void) => channel.messages.subscribe(listener)),
  );
  await Promise.all(views.map((view) => view.until((state) => state.connection === 'live')));
  await bobs.reactions.add(seq as number, '👍');
  const [forAda, forBob] = await Promise.all(
    views.map((view) => view.until((state) => reactionsOf(state, id).length === 1)),
  );
  expect(reactionsOf(forAda as MessagesState, id)).toEqual([{ emoji: '👍', count: 1, isMine: false }]);
  expect(reactionsOf(forBob as MessagesState, id)).toEqual([{ emoji: '👍', count: 1, isMine: true }]);
  await bobs.reactions.remove(seq as number, '👍');
  await Promise.all(views.map((view) => view.until((state) => reactionsOf(state, id).length === 0)));
});

it('reactions are listed in the order they came, page by page', async () => {
  const { ada, bob, adas, bobs } = await joinPair();
  const seq = (await adas.messages.send('hi')).seq as number;
  for (const emoji of ['👍', '🎉', '❤️']) await adas.reactions.add(seq, emoji);
  await bobs.reactions.add(seq, '👍');
  await bobs.reactions.add(seq, '👍');
  const first = await adas.reactions.list(seq, { limit: 3 });
  const rest = await adas.reactions.list(seq, { limit: 3, after: first.at(-1) as (typeof first)[number] });
  expect([...first, ...rest].map(({ emoji, user }) => [emoji, user.id])).toEqual([
    ['👍', ada.id],
    ['🎉', ada.id],
    ['❤️', ada.id],
    ['👍', bob.id],
  ]);
  expect(await adas.reactions.list(seq, { emoji: '👍' })).toHaveLength(2);
});

it('a new reaction may replace the others of the same person', async () => {
  const { adas } = await joinPair();
  const seq = (await adas.messages.send('hi')).seq as number;
  await adas.reactions.add(seq, '👍');
  await adas.reactions.add(seq, '👎', { replace: true });
  expect((await adas.reactions.list(seq)).map(({ emoji }) => emoji)).toEqual(['👎']);
});

it.each([
  ['no emoji at all', ''],
  ['two words', 'a b'],
  ['33 characters', 'x'.repeat(33)],
])('%s is refused and changes nothing', async (_what, emoji) => {
  const { adas } = await joinPair();
  const seq = (await adas.messages.send('hi')).seq as number;
  await expect(adas.reactions.add(seq, emoji)).rejects.toMatchObject({ code: 'invalid_emoji', status: 400 });
  await expect(adas.reactions.add(seq + 1, '👍')).rejects.toMatchObject({ code: 'message_not_found' });
  expect(await adas.reactions.list(seq)).toEqual([]);
});
