/** What people do with messages and channels, in a real browser on the real stack. */
import { afterEach, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { hasBrowser, newPerson } from './browser.ts';
import {
  createChannel,
  entry,
  field,
  isInView,
  message,
  openMenu,
  say,
  seen,
  write,
  written,
} from './conversation.ts';
import { PNG } from './pictures.ts';
import { inTime, openStage } from './stage.ts';

describe.skipIf(!hasBrowser)('in the web app', { timeout: 120_000 }, () => {
  const stage = openStage();
  afterEach(async () => {
    await Promise.all([closeChats(), ...stage.browser.contexts().map((context) => context.close())]);
  });

  /** Ada in front of a browser, Ben with an SDK of his own, both in a channel of Ada's. */
  async function meet(topic: string) {
    const [ada, ben] = await Promise.all([newPerson(stage.browser, stage.web.url, 'Ada'), joinChat('Ben')]);
    const name = await createChannel(ada, topic);
    const bens = await ben.chat.channels.open(name);
    await bens.join();
    return { ada, ben, bens, name };
  }

  it('somebody edits, reacts to and deletes a message, and the others see each of it', async () => {
    const { ada, bens } = await meet('verbs');
    await say(ada, 'Helo');
    await expect.poll(() => seen(ada), inTime).toEqual(['Helo']);

    await field(ada).press('ArrowUp');
    await ada.getByRole('textbox', { name: 'Edit message' }).fill('Hello');
    await ada.getByRole('textbox', { name: 'Edit message' }).press('Enter');
    await ada.getByText('(edited)').waitFor();
    const stored = async () => (await bens.messages.list()).find(({ kind }) => kind === 'user');
    // An edit shows before the server has it.
    await expect.poll(async () => (await stored())?.body, inTime).toBe('Hello');
    const said = await stored();

    await message(ada, 'Hello').hover();
    await message(ada, 'Hello').getByRole('button', { name: 'React with 👍' }).click();
    await ada.getByRole('button', { name: '👍, 1', pressed: true }).waitFor();
    await bens.reactions.add(Number(said?.seq), '👍');
    await ada.getByRole('button', { name: '👍, 2' }).waitFor();

    await openMenu(ada, 'Hello');
    await ada.getByRole('menuitem', { name: 'Delete…' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await message(ada, 'This message was deleted.').and(ada.locator(':focus')).waitFor();
    await expect.poll(async () => (await stored())?.body, inTime).toBe('');
  });

  it('two people talk in a thread, and it waits among the threads of who follows it', async () => {
    const { ada, bens } = await meet('thread');
    const { seq } = await bens.messages.send('Lunch?');
    await message(ada, 'Lunch?').hover();
    await message(ada, 'Lunch?').getByRole('button', { name: 'Reply in thread' }).click();
    const thread = ada.getByRole('complementary', { name: 'Thread' });
    await thread.getByRole('textbox', { name: 'Reply in thread' }).fill('Yes please');
    await thread.getByRole('textbox', { name: 'Reply in thread' }).press('Enter');
    await thread.getByText('1 reply').waitFor();
    await thread.getByRole('button', { name: 'Unfollow this thread' }).click();
    await thread.getByRole('button', { name: 'Follow this thread', exact: true }).click();
    await thread.getByRole('button', { name: 'Unfollow this thread' }).waitFor();
    await bens.thread(Number(seq)).send('At one then');
    await thread.getByText('At one then').waitFor();
    await ada
      .getByRole('main')
      .getByRole('button', { name: /^2 replies/ })
      .waitFor();
    expect(await seen(ada)).toEqual(['Lunch?']);

    await ada.keyboard.press('Escape');
    await thread.waitFor({ state: 'detached' });
    await bens.thread(Number(seq)).send('Or at two?');
    await ada.getByRole('link', { name: 'Threads 1 unread' }).click();
    await ada.getByRole('list', { name: 'Threads' }).getByText('3 replies').click();
    await thread.getByText('Or at two?').waitFor();
    await ada.getByRole('link', { name: 'Threads', exact: true }).waitFor();
  });

  it('a picture and another file are sent with a text, shown, and looked at', async () => {
    const { ada, bens } = await meet('files');
    await ada.getByLabel('Files', { exact: true }).setInputFiles([
      { name: 'red.png', mimeType: 'image/png', buffer: PNG },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Notes') },
      { name: 'wrong.txt', mimeType: 'text/plain', buffer: Buffer.from('Wrong') },
    ]);
    await ada.getByRole('button', { name: 'Remove wrong.txt' }).click();
    await say(ada, 'Two files');
    await ada.getByRole('button', { name: 'Download notes.txt' }).waitFor();
    await ada.getByRole('button', { name: 'Show red.png' }).click();
    await ada.getByRole('dialog', { name: 'red.png' }).getByRole('img').waitFor();
    await ada.keyboard.press('Escape');
    await ada.getByRole('dialog', { name: 'red.png' }).waitFor({ state: 'detached' });
    await ada.getByRole('button', { name: 'Show red.png' }).and(ada.locator(':focus')).waitFor();
    const sent = (await bens.messages.list()).find(({ body }) => body === 'Two files');
    expect(sent?.files.map(({ name }) => name).sort()).toEqual(['notes.txt', 'red.png']);
  });

  it('what is pinned, saved and half written is found again', async () => {
    const { ada, name } = await meet('keep');
    await say(ada, 'The door code is 1234');
    await openMenu(ada, 'The door code is 1234');
    await ada.getByRole('menuitem', { name: 'Pin to the channel' }).click();
    await ada.getByText('Pinned', { exact: true }).waitFor();
    await openMenu(ada, 'The door code is 1234');
    await ada.getByRole('menuitem', { name: 'Save for later' }).click();
    await ada.getByText('Saved for later').waitFor();

    await write(ada, 'Not ready yet');
    await ada.getByRole('link', { name: 'Saved' }).click();
    await ada.getByRole('list', { name: 'Saved messages' }).getByText('The door code').waitFor();
    await ada.getByRole('link', { name: 'Drafts' }).click();
    await ada.getByRole('list', { name: 'Drafts' }).getByText('Not ready yet').waitFor();
    await ada.reload();
    await entry(ada, name).click();
    await expect.poll(() => written(ada), inTime).toBe('Not ready yet');
    await ada.getByRole('button', { name: 'Conversation' }).click();
    await ada.getByRole('menuitem', { name: 'Pinned messages' }).click();
    await ada.getByRole('list', { name: 'Pinned messages' }).getByText('The door code').waitFor();
  });

  it('a link leads to an old message, and more news than a page begin at the first', async () => {
    const { ada, bens, name } = await meet('old');
    await createChannel(ada, 'elsewhere');
    const first = await bens.messages.send('The first of many');
    for (let count = 1; count < 80; count += 1) await bens.messages.send(`Message ${count}`);

    await entry(ada, name).filter({ hasText: '80 unread' }).click();
    await message(ada, 'Message 79').waitFor();
    await ada.getByRole('button', { name: 'First new message' }).click();
    await ada.getByText('New messages').waitFor();
    await expect.poll(() => isInView(ada, 'The first of many'), inTime).toBe(true);
    await ada.getByRole('button', { name: 'Newest' }).click();
    await expect.poll(() => isInView(ada, 'Message 79'), inTime).toBe(true);

    await ada.goto('about:blank');
    await ada.goto(`${stage.web.url}#/c/${name}?message=${first.id}`);
    await expect.poll(() => isInView(ada, 'The first of many'), inTime).toBe(true);
  });

  it('an admin promotes and removes somebody, who is told', async () => {
    const [ada, ben] = await Promise.all([
      newPerson(stage.browser, stage.web.url, 'Ada'),
      newPerson(stage.browser, stage.web.url, 'Ben'),
    ]);
    const name = await createChannel(ada, 'staff');
    await ben.goto(`${stage.web.url}#/c/${name}`);
    await ben.getByRole('button', { name: 'Join channel' }).click();
    await field(ben).waitFor();

    await ada.getByRole('button', { name: / members$/ }).click();
    const members = ada.getByRole('complementary', { name: 'Members' });
    await members.getByRole('button', { name: 'More about Ben' }).click();
    await ada.getByRole('menuitem', { name: 'Make an admin' }).click();
    await members.getByRole('listitem').filter({ hasText: 'Ben' }).getByText('Admin').waitFor();
    await members.getByRole('button', { name: 'More about Ben' }).click();
    await ada.getByRole('menuitem', { name: 'Remove from channel' }).click();
    await ben.getByRole('button', { name: 'Join channel' }).waitFor();
    await expect.poll(() => entry(ben, name).count(), inTime).toBe(0);
  });

  it('a message that the server refuses stays, and can be sent again or given up', async () => {
    const { ada, bens } = await meet('refused');
    await say(ada, 'Before');
    await expect.poll(() => seen(ada), inTime).toEqual(['Before']);
    await ada.route('**/rpc/send_message*', (route) =>
      route.fulfill({
        status: 403,
        json: { code: 'forbidden', message: 'unable to send message; no', details: null, hint: null },
      }),
    );
    await say(ada, 'Once more');
    await ada.getByText('Not sent.').waitFor();
    await ada.unroute('**/rpc/send_message*');
    await ada.getByRole('button', { name: 'Try again' }).click();
    await ada.getByText('Not sent.').waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await bens.messages.list()).map(({ body }) => body), inTime)
      .toContain('Once more');
  });

  it('the keyboard goes everywhere', async () => {
    const { ada, bens, name } = await meet('keys');
    await bens.messages.send('Press R');
    await message(ada, 'Press R').waitFor();
    await createChannel(ada, 'elsewhere');
    await ada.keyboard.press('Control+k');
    await ada.getByRole('combobox', { name: 'Go to a conversation or a person' }).fill(name);
    await ada.keyboard.press('Enter');
    await ada.getByRole('textbox', { name: `Message #${name}` }).waitFor();
    await message(ada, 'Press R').waitFor();

    await ada.getByRole('log').focus();
    await ada.keyboard.press('ArrowUp');
    await ada.keyboard.press('r');
    await ada.getByRole('complementary', { name: 'Thread' }).getByText('Press R').waitFor();
    await ada.keyboard.press('Escape');
    await ada.getByRole('complementary', { name: 'Thread' }).waitFor({ state: 'detached' });
    await ada.getByRole('log').focus();
    await ada.keyboard.press('?');
    await ada.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await ada.keyboard.press('Escape');
    await ada.getByRole('dialog').waitFor({ state: 'detached' });

    await field(ada).fill('@be');
    await ada.getByRole('option', { name: /Ben/ }).waitFor();
    await field(ada).press('Tab');
    await expect.poll(() => written(ada), inTime).toMatch(/^@ben\S* $/);
    await field(ada).fill(':tada');
    await ada.getByRole('option', { name: /tada/ }).click();
    await expect.poll(() => written(ada), inTime).toBe('🎉 ');
    await field(ada).fill('Well done ');
    await ada.getByRole('button', { name: 'Emoji', exact: true }).click();
    await ada.getByRole('textbox', { name: 'Find an emoji' }).fill('tada');
    await ada.keyboard.press('Enter');
    await expect.poll(() => written(ada), inTime).toBe('Well done 🎉');
  });
});
