/** What is being written: files dropped and pasted, drafts, and messages that wait for the network, over a reload. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openNetwork } from '../helpers/outage.ts';
import { hasBrowser, launchBehind, newPerson } from './browser.ts';
import {
  createChannel,
  field,
  joinChannel,
  message,
  say,
  seen,
  sent,
  write,
  written,
} from './conversation.ts';
import { PNG } from './pictures.ts';
import { goTo, inTime, openCast } from './stage.ts';

const QUARTER_HOUR_MS = 15 * 60_000;

describe.skipIf(!hasBrowser)('in the web app', { timeout: 120_000 }, () => {
  const cast = openCast();

  it('files are attached by dropping and by pasting, and sent', async () => {
    const { ada } = cast;
    const { bens } = await cast.meet('drop');
    await fileEvents(ada, 'dropped.txt', 'dragenter', 'dragover');
    await ada.getByText('Drop to attach').waitFor();
    await fileEvents(ada, 'dropped.txt', 'drop');
    await ada.getByText('Drop to attach').waitFor({ state: 'detached' });
    await fileEvents(ada, 'pasted.txt', 'paste');
    const files = ada.getByRole('list', { name: 'Files to send' }).getByRole('listitem');
    await expect.poll(() => files.count(), inTime).toBe(2);
    await say(ada, '');
    await ada.getByRole('button', { name: 'Download dropped.txt' }).waitFor();
    const [said] = (await bens.messages.list()).filter(({ kind }) => kind === 'user');
    expect(said?.files.map(({ name }) => name).sort()).toEqual(['dropped.txt', 'pasted.txt']);
  });

  it('drafts of a channel and of a thread survive a reload right after the last letter', async () => {
    const { ada } = cast;
    const { bens, name } = await cast.meet('drafts');
    const { seq } = await bens.messages.send('What do you think?');
    await goTo(cast, `#/c/${name}?thread=${seq}`);
    const reply = ada.getByRole('textbox', { name: 'Reply in thread' });
    await reply.fill('I think that');
    await write(ada, 'By the way');
    await ada.reload();
    await expect.poll(() => written(ada), inTime).toBe('By the way');
    await expect.poll(() => reply.inputValue(), inTime).toBe('I think that');
    await write(ada, '');
    await reply.fill('');
    await ada.reload();
    await Promise.all([field(ada).waitFor(), reply.waitFor()]);
    expect([await written(ada), await reply.inputValue()]).toEqual(['', '']);
  });

  it('what somebody writes on one device waits on the other, in a field they have not touched', async () => {
    const { ada } = cast;
    await cast.meet('devices');
    const other = await ada.context().newPage();
    await other.goto(ada.url());
    await field(other).waitFor();
    await write(ada, 'Begun at my desk');
    await expect.poll(() => written(other), inTime).toBe('Begun at my desk');
    await other.close();
    await write(ada, '');
  });

  it('what was written during an outage goes out in order after a reload, each once', async () => {
    const { ada, browser, web } = cast;
    const network = await openNetwork();
    const train = await launchBehind(network);
    try {
      const cleo = await newPerson(train, web.url, 'Cleo');
      await goTo(cast, '#/');
      const name = await createChannel(ada, 'outage');
      await joinChannel(cleo, name);
      await say(cleo, 'Before the tunnel');
      await sent(cleo, 'Before the tunnel');
      await message(ada, 'Before the tunnel').waitFor();

      network.cut();
      const texts = ['One', 'Two', 'Three', 'Four'];
      for (const text of texts) await say(cleo, text);
      await expect
        .poll(() => seen(cleo), inTime)
        .toEqual(['Before the tunnel', ...texts.map((text) => `${text} (sending)`)]);
      await expect.poll(() => waiting(cleo), inTime).toBe(texts.length);
      await cleo.reload();
      await cleo.getByRole('alert').filter({ hasText: 'The server cannot be reached' }).waitFor();
      network.restore();
      const all = ['Before the tunnel', ...texts];
      await expect.poll(() => seen(ada), { timeout: 30_000 }).toEqual(all);
      await expect.poll(() => seen(cleo), { timeout: 30_000 }).toEqual(all);
      expect(browser.isConnected()).toBe(true);
    } finally {
      await train.close();
      await network.close();
    }
  });

  it('a picture whose address has ended is asked for again, once', async () => {
    const { ada } = cast;
    const { bens } = await cast.meet('picture');
    const picture = (name: string) => bens.files.upload(new Blob([PNG], { type: 'image/png' }), { name });
    let asked = 0;
    let failures = 1;
    await ada.route(/\/storage\/v1\/(object|render\/image)\/sign\/.*token=/, async (route) => {
      asked += 1;
      if (asked > failures) return route.continue();
      // As after a night's sleep of the machine: the timer that renews it did not run.
      await ada.evaluate((ms) => {
        const { now } = Date;
        Date.now = () => now() + ms;
      }, QUARTER_HOUR_MS);
      await route.fulfill({ status: 400, json: { error: 'InvalidJWT', message: 'jwt expired' } });
    });
    await bens.messages.send('Red', { files: [await picture('red.png')] });
    const red = ada.getByRole('button', { name: 'Show red.png' });
    await expect
      .poll(() => red.getByRole('img').evaluate((img: HTMLImageElement) => img.naturalWidth), inTime)
      .toBe(1);
    expect(asked).toBe(2);

    [asked, failures] = [0, Number.POSITIVE_INFINITY];
    await bens.messages.send('Gone', { files: [await picture('gone.png')] });
    await ada.getByRole('button', { name: 'Show gone.png' }).getByText('gone.png').waitFor();
    expect(asked).toBe(2);
    await sent(ada, 'Gone');
  });
});

/** How many messages the page has stored to send them later; a moment after it shows them. */
function waiting(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('confab');
        opening.onerror = reject;
        opening.onsuccess = () => {
          const counting = opening.result.transaction('outbox').objectStore('outbox').count();
          counting.onerror = reject;
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );
}

/** Lets a file go over the field as the browser tells it. */
function fileEvents(page: Page, name: string, ...types: string[]): Promise<void> {
  return field(page).evaluate(
    (element, [file, events]) => {
      const data = new DataTransfer();
      data.items.add(new File(['Notes'], file, { type: 'text/plain' }));
      for (const type of events) {
        const init = { bubbles: true, cancelable: true };
        element.dispatchEvent(
          type === 'paste'
            ? new ClipboardEvent(type, { ...init, clipboardData: data })
            : new DragEvent(type, { ...init, dataTransfer: data }),
        );
      }
    },
    [name, types] as const,
  );
}
