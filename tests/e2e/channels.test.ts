/** Channels and who is in them: groups, the archive, bans; who has read a message and what it said before. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { joinChat } from '../helpers/chat.ts';
import { hasBrowser } from './browser.ts';
import { createChannel, field, message, say, sent } from './conversation.ts';
import { goTo, inTime, openCast } from './stage.ts';

describe.skipIf(!hasBrowser)('in the web app', { timeout: 120_000 }, () => {
  const cast = openCast();

  it('somebody makes a group of several people, who all hear it', async () => {
    const { ada, ben } = cast;
    const cleo = await joinChat(`Cleo ${randomUUID().slice(0, 8)}`);
    await ada.getByRole('button', { name: 'New message' }).click();
    const dialog = ada.getByRole('dialog');
    for (const { name } of [ben, cleo]) {
      await dialog.getByRole('combobox', { name: 'Find a person' }).fill(name);
      await dialog.getByRole('option', { name }).click();
    }
    await dialog.getByRole('button', { name: 'Start a group' }).click();
    await ada.getByRole('heading', { level: 1, name: cleo.name }).waitFor();
    await field(ada).waitFor();
    await say(ada, 'Hello both');
    await sent(ada, 'Hello both');
    for (const { chat } of [ben, cleo]) {
      const [newest] = await chat.channels.list({ limit: 1 });
      expect(newest).toMatchObject({ kind: 'group', memberCount: 3 });
      const group = await chat.channels.open(String(newest?.id));
      expect((await group.messages.list()).map(({ body }) => body)).toContain('Hello both');
    }
  });

  it('an archived channel is read only until it is brought back', async () => {
    const { ada, ben } = cast;
    const name = await createChannel(ada, 'archive');
    const bens = await ben.chat.channels.open(name);
    await bens.join();
    await goTo(cast, `#/c/${name}?panel=details`);
    await ada.getByRole('button', { name: 'Archive channel' }).click();
    await ada.getByText('This channel is archived').waitFor();
    expect(await field(ada).count()).toBe(0);
    await expect(bens.messages.send('Still here?')).rejects.toMatchObject({ code: 'channel_archived' });

    await ada.getByRole('button', { name: 'Bring back from the archive' }).click();
    await field(ada).waitFor();
    await bens.messages.send('And again');
    await message(ada, 'And again').waitFor();
  });

  it('somebody who is banned stays out until the ban is lifted', async () => {
    const { ada, ben } = cast;
    const name = await createChannel(ada, 'bans');
    const bens = await ben.chat.channels.open(name);
    await bens.join();
    await goTo(cast, `#/c/${name}?panel=members`);
    await ada.getByRole('button', { name: `More about ${ben.name}` }).click();
    await ada.getByRole('menuitem', { name: 'Ban…' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Ban' }).click();
    const members = ada.getByRole('list', { name: 'Members' });
    await members.getByText(ben.name).waitFor({ state: 'detached' });
    await expect(bens.join()).rejects.toMatchObject({ code: 'user_banned' });

    await goTo(cast, `#/c/${name}?panel=details`);
    await ada.getByRole('button', { name: 'Banned people' }).click();
    await ada.getByRole('button', { name: `Let ${ben.name} come back` }).click();
    await ada.getByText('Nobody is banned').waitFor();
    const list = ada.getByRole('list', { name: 'Banned people' });
    await list.and(ada.locator(':focus')).waitFor({ state: 'attached' });
    await ada.keyboard.press('Escape');
    await ada.getByRole('dialog').waitFor({ state: 'detached' });
    // The panel under the window stays.
    await ada.getByRole('button', { name: 'Banned people' }).and(ada.locator(':focus')).waitFor();
    await bens.join();
    expect(await ben.chat.channels.list()).toContainEqual(expect.objectContaining({ slug: name }));
  });

  it('somebody who is taken out of a private channel is told so, until they are added again', async () => {
    const { ada, adaUser, ben } = cast;
    const slug = `secret-${randomUUID().slice(0, 8)}`;
    const bens = await ben.chat.channels.create({ slug, kind: 'private', memberIds: [adaUser.id] });
    await goTo(cast, `#/c/${slug}`);
    await field(ada).waitFor();
    await bens.members.remove(adaUser.id);
    await ada.getByRole('button', { name: 'Try again' }).waitFor();
    await ada.getByText('You are not in this channel any more.').waitFor();
    expect(await ada.getByRole('button', { name: 'Join channel' }).count()).toBe(0);
    await ada.getByRole('heading', { level: 1, name: slug }).waitFor();

    await bens.members.add([adaUser.id]);
    await field(ada).waitFor();
  });

  it('one sees who has read, and who has not is not said to have', async () => {
    const { ada, ben } = cast;
    const { bens } = await cast.meet('receipts');
    await say(ada, 'Did you see this?');
    await sent(ada, 'Did you see this?');
    expect(await ada.getByRole('button', { name: /^Seen/ }).count()).toBe(0);
    const read = (await bens.messages.list()).at(-1);
    await bens.markRead(Number(read?.seq));
    await ada.getByRole('button', { name: `Seen by ${ben.name}` }).click();
    const readers = ada.getByRole('dialog', { name: 'Seen by' }).getByRole('list', { name: 'Readers' });
    await readers.getByText(ben.name).waitFor();
    await ada.keyboard.press('Escape');

    await say(ada, 'And this?');
    await sent(ada, 'And this?');
    await ada.getByRole('button', { name: /^Seen/ }).waitFor({ state: 'detached' });
  });

  it('what an edited message said before can be read, newest first', async () => {
    const { ada } = cast;
    const { bens } = await cast.meet('history');
    const { seq } = await bens.messages.send('Lunch at twelve');
    await bens.messages.edit(Number(seq), { body: 'Lunch at one' });
    await bens.messages.edit(Number(seq), { body: 'Lunch at two' });
    await message(ada, 'Lunch at two').getByRole('button', { name: '(edited)' }).click();
    const versions = ada.getByRole('list', { name: 'Versions' });
    await versions.getByText('Lunch at twelve').waitFor();
    expect(await versions.locator('.text').allTextContents()).toEqual([
      ...['Lunch at two', 'Lunch at one', 'Lunch at twelve'],
    ]);
    await ada.keyboard.press('Escape');
    await bens.messages.delete(Number(seq));
    await ada.getByText('This message was deleted.').waitFor();
    await expect.poll(() => ada.getByRole('button', { name: 'Show what it said' }).count(), inTime).toBe(0);
  });
});
