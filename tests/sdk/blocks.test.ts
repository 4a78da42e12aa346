import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';

afterEach(closeChats);

it('two people between whom there is a block open and send no direct messages, either way, until it is lifted', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  const dm = await ada.chat.channels.open({ dm: bob.id });
  await dm.messages.send('hello');
  const bobs = await bob.chat.channels.open({ dm: ada.id });
  await ada.chat.blocks.block(bob.id);
  await ada.chat.blocks.block(bob.id);
  const blocked = { code: 'user_blocked', status: 403 };
  await expect(bobs.messages.send('are you there?')).rejects.toMatchObject(blocked);
  await expect(dm.messages.send('no')).rejects.toMatchObject(blocked);
  await ada.chat.blocks.unblock(bob.id);
  await bobs.messages.send('again');
});

it('a block keeps two people from opening direct messages that they have not had yet', async () => {
  const [ada, bob] = [await joinChat('Ada'), await joinChat('Bob')];
  await ada.chat.blocks.block(bob.id);
  const blocked = { code: 'user_blocked', status: 403 };
  await expect(bob.chat.channels.open({ dm: ada.id })).rejects.toMatchObject(blocked);
  await expect(ada.chat.channels.open({ dm: bob.id })).rejects.toMatchObject(blocked);
});

it('the blocker lists whom they have blocked, page by page; the blocked see nothing', async () => {
  const ada = await joinChat('Ada');
  const others = [await joinChat('Bob'), await joinChat('Cleo'), await joinChat('Dan')];
  for (const { id } of others) await ada.chat.blocks.block(id);
  const first = await ada.chat.blocks.list({ limit: 2 });
  const last = first.at(-1);
  const rest = await ada.chat.blocks.list(last ? { after: last } : {});
  expect([...first, ...rest].map(({ user }) => user.name)).toEqual(['Dan', 'Cleo', 'Bob']);
  expect(last?.blockedAt).toBeInstanceOf(Date);
  expect(await others[0]?.chat.blocks.list()).toEqual([]);
});

it('nobody blocks themselves or somebody who does not exist', async () => {
  const ada = await joinChat('Ada');
  await expect(ada.chat.blocks.block(ada.id)).rejects.toMatchObject({ code: 'cannot_block_oneself' });
  await expect(ada.chat.blocks.block(randomUUID())).rejects.toMatchObject({ code: 'user_not_found' });
  await expect(ada.chat.blocks.list({ limit: 201 })).rejects.toMatchObject({ code: 'invalid_page_size' });
});
