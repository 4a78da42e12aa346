/** Messages kept for later: seen by nobody else. */
import { afterEach, expect, it } from 'vitest';
import { closeChats, joinPair, observe } from '../helpers/chat.ts';

afterEach(closeChats);

it('what one keeps shows with its message, last first, until it is kept no longer', async () => {
  const { bob, adas, bobs } = await joinPair();
  const [one, two] = [await adas.messages.send('one'), await adas.messages.send('two')];
  const kept = observe(bob.chat.bookmarks.subscribe);
  await kept.until((state) => state.connection === 'live');
  await bob.chat.bookmarks.add(bobs.id, one.seq as number, { note: 'read again' });
  await bob.chat.bookmarks.add(bobs.id, two.seq as number);
  const { bookmarks } = await kept.until((state) => state.bookmarks.length === 2);
  expect(bookmarks.map(({ message, note }) => [message?.body, note])).toEqual([
    ['two', null],
    ['one', 'read again'],
  ]);
  await bob.chat.bookmarks.remove(bobs.id, two.seq as number);
  await kept.until((state) => state.bookmarks.length === 1);
});

it('nobody sees the bookmarks of others', async () => {
  const { ada, bob, adas, bobs } = await joinPair();
  const seq = (await adas.messages.send('one')).seq as number;
  await bob.chat.bookmarks.add(bobs.id, seq);
  expect(await ada.chat.bookmarks.list()).toEqual([]);
});

it('a bookmark stays without its message when its owner leaves the channel', async () => {
  const { bob, adas, bobs } = await joinPair();
  const seq = (await adas.messages.send('one')).seq as number;
  await bob.chat.bookmarks.add(bobs.id, seq);
  await bobs.leave();
  expect(await bob.chat.bookmarks.list()).toMatchObject([{ seq, message: null }]);
  await expect(bob.chat.bookmarks.add(bobs.id, seq)).rejects.toMatchObject({ code: 'channel_not_found' });
});

it('pages go through all bookmarks once', async () => {
  const { ada, adas } = await joinPair();
  for (let n = 0; n < 5; n += 1) {
    await ada.chat.bookmarks.add(adas.id, (await adas.messages.send(`${n}`)).seq as number);
  }
  const seqs: number[] = [];
  for (let page = await ada.chat.bookmarks.list({ limit: 2 }); page.length > 0; ) {
    seqs.push(...page.map(({ seq }) => seq));
    page = await ada.chat.bookmarks.list({ limit: 2, after: page.at(-1) as (typeof page)[number] });
  }
  expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
  expect(seqs).toHaveLength(5);
});
