/** Messages pinned to a channel: by whom, how many, and a list that follows. */
import { afterEach, expect, it } from 'vitest';
import type { PinsState } from '../../sdk/src/index.ts';
import { closeChats, joinPair, observe } from '../helpers/chat.ts';

afterEach(closeChats);

const bodies = ({ messages }: PinsState) => messages.map(({ body }) => body);

it('everybody sees what is pinned, its changes, and that it is pinned no longer', async () => {
  const { adas, bobs } = await joinPair();
  const one = (await bobs.messages.send('one')).seq as number;
  const two = (await adas.messages.send('two')).seq as number;
  const pins = observe(bobs.pins.subscribe);
  await pins.until((state) => state.connection === 'live');
  expect(pins.state?.messages).toEqual([]);
  await adas.pins.add(one);
  await adas.pins.add(two);
  await pins.until((state) => bodies(state).join() === 'two,one');
  await bobs.messages.edit(one, { body: 'uno' });
  await pins.until((state) => bodies(state).join() === 'two,uno');
  await adas.messages.delete(two);
  await pins.until((state) => bodies(state).join() === 'uno');
  await adas.pins.remove(one);
  await pins.until((state) => state.messages.length === 0);
});

it('a member without the capability may not pin', async () => {
  const { adas, bobs } = await joinPair();
  const seq = (await bobs.messages.send('mine')).seq as number;
  expect([adas.can('pin'), bobs.can('pin')]).toEqual([true, false]);
  await expect(bobs.pins.add(seq)).rejects.toMatchObject({ code: 'not_a_channel_admin' });
  await adas.pins.add(seq);
  await expect(bobs.pins.remove(seq)).rejects.toMatchObject({ code: 'not_a_channel_admin' });
  expect(await bobs.pins.list()).toHaveLength(1);
});

it('pages go through all pins once, last pinned first', async () => {
  const { adas } = await joinPair();
  for (const body of ['one', 'two', 'three']) {
    await adas.pins.add((await adas.messages.send(body)).seq as number);
  }
  const first = await adas.pins.list({ limit: 2 });
  const rest = await adas.pins.list({ limit: 2, after: first.at(-1) as (typeof first)[number] });
  expect([...first, ...rest].map(({ body }) => body)).toEqual(['three', 'two', 'one']);
});
