/** Pages that are opened without a network: each says so, and is whole once there is one, without a click. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { type Network, openNetwork } from '../helpers/outage.ts';
import { hasBrowser, keepPicture, launchBehind, newPerson } from './browser.ts';
import { createChannel, openMenu, say, sent, write } from './conversation.ts';
import { openWebPage, type WebPage } from './web-page.ts';

describe.skipIf(!hasBrowser)('opened without a network', { timeout: 120_000 }, () => {
  let network: Network;
  let browser: Browser;
  let web: WebPage;
  let ada: Page;
  let channel: string;
  let root: number;

  beforeAll(async () => {
    [network, web] = await Promise.all([openNetwork(), openWebPage()]);
    browser = await launchBehind(network);
    ada = await newPerson(browser, web.url, 'Ada');
    channel = await createChannel(ada, 'outage');
    const ben = await joinChat('Ben');
    const bens = await ben.chat.channels.open(channel);
    await bens.join();
    await say(ada, 'The door code is 1234');
    await sent(ada, 'The door code is 1234');
    await bens.messages.send('Thank you', {
      files: [await bens.files.upload(new Blob(['1234']), { name: 'code.txt' })],
    });
    root = (await bens.messages.list()).find(({ body }) => body.startsWith('The door'))?.seq as number;
    await bens.thread(root).send('Is it?');
    for (const [item, mark] of [
      ['Pin to the channel', 'Pinned'],
      ['Save for later', 'Saved for later'],
    ] as const) {
      await openMenu(ada, 'The door code is 1234');
      await ada.getByRole('menuitem', { name: item }).click();
      await ada.getByText(mark, { exact: true }).waitFor();
    }
    await write(ada, 'Half written');
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), web?.close(), network?.close(), closeChats()]);
  });

  it.each([
    ['a channel', '#/c/:channel', 'Thank you'],
    ['a thread', '#/c/:channel?thread=:root', 'Is it?'],
    ['details', '#/c/:channel?panel=details', 'Banned people'],
    ['members', '#/c/:channel?panel=members', 'Ben'],
    ['pinned messages', '#/c/:channel?panel=pins', 'The door code'],
    ['files', '#/c/:channel?panel=files', 'code.txt'],
    ['a search', '#/c/:channel?search=door', '1 message'],
    ['threads', '#/threads', 'The door code'],
    ['activity', '#/activity', 'Is it?'],
    ['saved messages', '#/saved', 'The door code'],
    ['drafts', '#/drafts', 'Half written'],
    ['the start page', '#/', 'Ada'],
  ])('%s', async (title, address, text) => {
    const place = address.replace(':channel', channel).replace(':root', String(root));
    await ada.goto(web.url + place);
    await ada.getByText(text).first().waitFor();
    network.cut();
    await ada.reload();
    await ada.getByText('No connection.').waitFor();
    await keepPicture(ada, `outage-${title}`);
    network.restore();
    await ada.getByText(text).first().waitFor();
    await ada.getByText('The server cannot be reached').first().waitFor({ state: 'detached' });
  });
});
