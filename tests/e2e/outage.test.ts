/** Pages without a network: each says so, and is whole once there is one, without a click. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { type Network, openNetwork } from '../helpers/outage.ts';
import { hasBrowser, keepPicture, launchBehind, newPerson } from './browser.ts';
import { createChannel, openMenu, say, scrollBy, sent, write } from './conversation.ts';
import { inTime } from './stage.ts';
import { openWebPage, type WebPage } from './web-page.ts';

describe.skipIf(!hasBrowser)('without a network', { timeout: 120_000 }, () => {
  let network: Network;
  let browser: Browser;
  let web: WebPage;
  let ada: Page;
  let channel: string;
  let root: number;
  let long: string;
  let middle: string;

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
    long = await createChannel(ada, 'long');
    const bensLong = await ben.chat.channels.open(long);
    await bensLong.join();
    const said = await Promise.all(
      Array.from({ length: 150 }, (_, index) => bensLong.messages.send(`Message ${index + 1}`)),
    );
    middle = said[75]?.id as string;
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
  ])('%s that is opened', async (title, address, text) => {
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

  it('older messages that were asked for while the device was offline', async () => {
    const failed = ada.getByText('Older messages could not be loaded.');
    await ada.goto(`${web.url}#/c/${long}`);
    await ada.getByText('Message 150').waitFor();
    await ada.context().setOffline(true);
    await scrollBy(ada, -100_000);
    await failed.waitFor();
    await ada.context().setOffline(false);
    await failed.waitFor({ state: 'detached' });
  });

  it('a search that was under way while the network went and came, and failed', async () => {
    await ada.goto(`${web.url}#/c/${channel}?search=nothing-of-the-kind`);
    await ada.getByText('Nothing found.').waitFor();
    let fail: (() => Promise<void>) | undefined;
    await ada.route('**/rpc/search_messages*', async (route) => {
      if (fail) await route.continue();
      else fail = () => route.abort('timedout');
    });
    await ada.getByLabel('Search messages').fill('door');
    await expect.poll(() => fail, inTime).toBeDefined();
    network.cut();
    await ada.getByText('No connection.').waitFor();
    network.restore();
    await ada.getByText('Connected again').waitFor();
    await fail?.();
    await ada.getByText('1 message', { exact: true }).waitFor();
    await ada.unroute('**/rpc/search_messages*');
  });

  it('both ends of a history that cannot be loaded are not asked for without end', async () => {
    const page = await ada.context().newPage();
    await page.setViewportSize({ width: 1280, height: 1300 });
    let asked = 0;
    await page.route('**/rpc/list_messages*', (route) => {
      const { page_size, before_seq, after_seq } = route.request().postDataJSON() ?? {};
      // The end of the channel, and the two small pages around the message that the link leads to.
      if (page_size !== 50 || (!before_seq && !after_seq)) return route.continue();
      asked += 1;
      const headers = { 'access-control-allow-origin': '*' };
      return route.fulfill({ status: 503, headers, json: { message: 'busy' } });
    });
    await page.goto(`${web.url}#/c/${long}?message=${middle}`);
    await expect.poll(() => page.getByText('messages could not be loaded.').count(), inTime).toBe(2);
    await keepPicture(page, 'outage-both-ends');
    await page.keyboard.press('ControlOrMeta+Shift+f');
    await page.getByLabel('Search messages').fill('door');
    await page.getByText('1 message', { exact: true }).waitFor();
    // Each end once, and once more with the connection.
    expect(asked).toBeLessThanOrEqual(4);
    await page.close();
  });

  it('a page whose web sockets are blocked does not say so for ever', async () => {
    const page = await ada.context().newPage();
    await page.routeWebSocket(/realtime/, (socket) => socket.close());
    network.cut();
    await page.goto(`${web.url}#/c/${channel}`);
    await page.getByText('No connection.').waitFor();
    network.restore();
    await page.getByText('Thank you').first().waitFor();
    await page.getByText('No connection.').waitFor({ state: 'detached' });
    await page.close();
  });
});
