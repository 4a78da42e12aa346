/** People who chat in real browsers, on the real stack. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { openNetwork } from '../helpers/outage.ts';
import { hasBrowser, keepPicture, launchBehind, newPerson, PHONE, signOut } from './browser.ts';
import {
  createChannel,
  entry,
  isInView,
  joinChannel,
  openDm,
  placeOf,
  say,
  scrollBy,
  scrollTo,
  seen,
  sent,
  write,
  written,
} from './conversation.ts';
import { inTime, openStage } from './stage.ts';

const OUTAGE_MS = 5_000;
const BENS = ['Tunnel', 'Still tunnel', 'Dark in here', 'Light!'];
const ADAS = ['Where are you?', 'Hello?', 'Ben?', 'I will wait'];

describe.skipIf(!hasBrowser)('the web app', { timeout: 120_000 }, () => {
  const stage = openStage();
  afterEach(async () => {
    await Promise.all([closeChats(), ...stage.browser.contexts().map((context) => context.close())]);
  });

  it('two people sign up and see each other write and speak', async () => {
    const [ada, ben] = await Promise.all([
      newPerson(stage.browser, stage.web.url, 'Ada'),
      newPerson(stage.browser, stage.web.url, 'Ben'),
    ]);
    const channel = await createChannel(ada, 'plans');
    await joinChannel(ben, channel);
    await ada.getByText('2 here').waitFor();

    await write(ben, 'Hello A');
    await ada.getByText('Ben is typing…').waitFor();
    await say(ben, 'Hello Ada');
    await expect.poll(() => seen(ada), inTime).toEqual(['Hello Ada']);
    await ada.getByText('Ben is typing…').waitFor({ state: 'detached' });

    const said = ['Hello Ada'];
    for (const [speaker, listener, text] of [
      [ada, ben, 'Hello Ben'],
      [ben, ada, 'Lunch at one?'],
      [ada, ben, 'Yes'],
    ] as const) {
      await say(speaker, text);
      said.push(text);
      await expect.poll(() => seen(listener), inTime).toEqual(said);
      await expect.poll(() => seen(speaker), inTime).toEqual(said);
    }
    await keepPicture(ada, 'channel');
  });

  it('a direct message reaches somebody elsewhere as an unread count, until they read it', async () => {
    const name = `Cleo ${Date.now()}`;
    const [ada, cleo] = await Promise.all([
      newPerson(stage.browser, stage.web.url, 'Ada'),
      newPerson(stage.browser, stage.web.url, name),
    ]);
    await createChannel(cleo, 'elsewhere');
    await openDm(ada, name);
    await say(ada, 'Are you there?');
    await say(ada, 'It is important.');

    const unread = entry(cleo, 'Ada').filter({ hasText: '2 unread' });
    await unread.waitFor();
    await expect.poll(() => cleo.title(), inTime).toMatch(/^\(2\) #elsewhere/);
    await keepPicture(cleo, 'unread');

    await unread.click();
    await expect.poll(() => seen(cleo), inTime).toEqual(['Are you there?', 'It is important.']);
    await cleo.getByText('New messages').waitFor();
    await expect.poll(() => cleo.title(), inTime).toBe('Ada · Confab');
    await cleo.reload();
    await entry(cleo, 'Ada').waitFor();
    await expect.poll(() => cleo.title(), inTime).toBe('Ada · Confab');
  });

  it('somebody without network for five seconds and the others end up with the same messages, each once', async () => {
    const network = await openNetwork();
    const train = await launchBehind(network);
    try {
      const [ada, ben] = await Promise.all([
        newPerson(stage.browser, stage.web.url, 'Ada'),
        newPerson(train, stage.web.url, 'Ben'),
      ]);
      const channel = await createChannel(ada, 'trains');
      await joinChannel(ben, channel);
      await say(ben, 'I am on the train');
      await sent(ben, 'I am on the train');
      await expect.poll(() => seen(ada), inTime).toEqual(['I am on the train']);

      const outage = delay(OUTAGE_MS);
      await ben.context().setOffline(true);
      network.cut();
      const bens = sayAll(ben, BENS);
      const adas = sayAll(ada, ADAS);
      await ben.getByText('No connection.').waitFor();
      await Promise.all([bens, adas]);
      await keepPicture(ben, 'offline');
      await outage;
      await expect.poll(() => seen(ada), inTime).toEqual(['I am on the train', ...ADAS]);
      await expect
        .poll(() => seen(ben), inTime)
        .toEqual(['I am on the train', ...BENS.map((text) => `${text} (sending)`)]);

      const isBack = ben.getByText('Connected again').waitFor({ timeout: 30_000 });
      network.restore();
      await ben.context().setOffline(false);
      const all = ['I am on the train', ...ADAS, ...BENS];
      await Promise.all([isBack, expect.poll(() => seen(ada), { timeout: 30_000 }).toEqual(all)]);
      await expect.poll(() => seen(ben), inTime).toEqual(all);

      await say(ada, 'There you are');
      all.push('There you are');
      await expect.poll(() => seen(ben), inTime).toEqual(all);
      await ben.reload();
      await expect.poll(() => seen(ben), inTime).toEqual(all);
    } finally {
      await train.close();
      await network.close();
    }
  });

  it('what somebody writes before the code for sending has come shows at once and goes out with it, also after a reload', async () => {
    const ada = await newPerson(stage.browser, stage.web.url, 'Ada');
    await createChannel(ada, 'early');
    let isCut = true;
    // Called soon.ts by the development server, and soon-<hash>.js in the built app.
    await ada.route(/\/soon[.-]/, (route) =>
      isCut ? route.abort('internetdisconnected') : route.continue(),
    );
    await ada.reload();
    await write(ada, 'Early');
    await ada.keyboard.press('Enter');
    await expect.poll(() => seen(ada), inTime).toEqual(['Early (sending)']);
    isCut = false;
    await ada.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(() => seen(ada), inTime).toEqual(['Early']);

    isCut = true;
    await ada.reload();
    await say(ada, 'And gone');
    await expect.poll(() => seen(ada), inTime).toEqual(['Early', 'And gone (sending)']);
    isCut = false;
    await ada.reload();
    await expect.poll(() => seen(ada), inTime).toEqual(['Early', 'And gone']);
  });

  it('a reload keeps the session and the place', async () => {
    const ada = await newPerson(stage.browser, stage.web.url, 'Ada');
    const channel = await createChannel(ada, 'reload');
    await say(ada, 'Before');
    await ada.reload();
    await ada.getByRole('heading', { level: 1, name: channel }).waitFor();
    await expect.poll(() => seen(ada), inTime).toEqual(['Before']);
    await signOut(ada);
    await ada.reload();
    await ada.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('older messages load upwards without moving what is being read, and a draft waits in its channel', async () => {
    const ada = await newPerson(stage.browser, stage.web.url, 'Ada');
    const channel = await createChannel(ada, 'history');
    const texts = Array.from({ length: 60 }, (_, index) => `Message ${index + 1}\nof some\nheight`);
    const ben = await joinChat('Ben');
    const bens = await ben.chat.channels.open(channel);
    await bens.join();
    await Promise.all(texts.map((text) => bens.messages.send(text)));
    await expect.poll(() => seen(ada), inTime).toEqual(texts);

    await write(ada, 'Unfinished');
    await createChannel(ada, 'elsewhere');
    expect(await written(ada)).toBe('');
    await entry(ada, channel).click();
    await expect.poll(() => seen(ada), inTime).toHaveLength(50);
    await expect.poll(() => written(ada), inTime).toBe('Unfinished');

    const before = await scrollTo(ada, 400, 'Message 18');
    await expect.poll(() => seen(ada), inTime).toEqual(texts);
    expect(Math.abs((await placeOf(ada, 'Message 18')) - before)).toBeLessThan(2);
    await ada.getByText(`This is the beginning of #${channel}.`).waitFor();
    await ada.getByRole('button', { name: 'Newest' }).click();
    await ada.getByRole('button', { name: 'Newest' }).waitFor({ state: 'detached' });
  });

  it('older messages that could not be loaded without a network are there once it is back', async () => {
    const network = await openNetwork();
    const train = await launchBehind(network);
    try {
      const ada = await newPerson(train, stage.web.url, 'Ada');
      const channel = await createChannel(ada, 'history');
      const ben = await joinChat('Ben');
      const bens = await ben.chat.channels.open(channel);
      await bens.join();
      const texts = Array.from({ length: 60 }, (_, index) => `Message ${index + 1}\nof some\nheight`);
      await Promise.all(texts.map((text) => bens.messages.send(text)));
      await expect.poll(() => seen(ada), inTime).toEqual(texts);
      await ada.reload();
      await expect.poll(() => seen(ada), inTime).toEqual(texts.slice(10));

      network.cut();
      await scrollBy(ada, -100_000);
      await ada.getByText('Older messages could not be loaded.').waitFor();
      network.restore();
      await expect.poll(() => seen(ada), inTime).toEqual(texts);
    } finally {
      await train.close();
      await network.close();
    }
  });

  it('what is drawn anew while somebody scrolls does not take them back to the end', async () => {
    const ada = await newPerson(stage.browser, stage.web.url, 'Ada');
    await createChannel(ada, 'scrolled');
    const texts = Array.from(
      { length: 5 },
      (_, index) => `Message ${index + 1}${'\nof some height'.repeat(9)}`,
    );
    for (const text of texts) await say(ada, text);
    await expect.poll(() => seen(ada), inTime).toEqual(texts);

    // The list is told that it is scrolled with the next frame only; before that it is drawn anew.
    await ada.getByRole('log').evaluate((log) => {
      log.scrollTo({ top: 10 });
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await ada.getByRole('button', { name: 'Newest' }).waitFor();
    expect(await isInView(ada, 'Message 1')).toBe(true);
  });

  it('somebody on a phone goes from the list to a channel and back', async () => {
    const [ada, ben] = await Promise.all([
      newPerson(stage.browser, stage.web.url, 'Ada'),
      newPerson(stage.browser, stage.web.url, 'Ben', PHONE),
    ]);
    const channel = await createChannel(ada, 'pocket');
    await joinChannel(ben, channel);
    await say(ben, 'From my phone');
    await expect.poll(() => seen(ada), inTime).toEqual(['From my phone']);
    await keepPicture(ben, 'phone-channel');

    await ben.getByRole('link', { name: 'Back to all conversations' }).click();
    await say(ada, 'See you');
    const unread = entry(ben, channel).filter({ hasText: '1 unread' });
    await unread.waitFor();
    await keepPicture(ben, 'phone-list');
    await unread.click();
    await expect.poll(() => seen(ben), inTime).toEqual(['From my phone', 'See you']);
    expect(await ben.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it('somebody who enters what cannot be is told so in a sentence', async () => {
    const ada = await newPerson(stage.browser, stage.web.url, 'Ada');
    await createChannel(ada, 'mistakes');
    await say(ada, '   ');
    await ada.getByText('Write something first.').waitFor();
    await say(ada, 'a'.repeat(40_001));
    await ada.getByText('too long: 40,001 of at most 40,000').waitFor();
    expect(await seen(ada)).toEqual([]);

    await signOut(ada);
    await ada.getByLabel('E-mail').fill('nobody@example.com');
    await ada.getByLabel('Password').fill('wrong password');
    await ada.getByRole('button', { name: 'Sign in' }).click();
    await ada.getByText('This e-mail address and password do not belong together.').waitFor();
  });

  it('markup in a message stays text and only web addresses become links', async () => {
    const ada = await newPerson(stage.browser, stage.web.url, 'Ada');
    await createChannel(ada, 'markup');
    const text = '<img src=x onerror="document.title=1"> javascript:alert(1) https://example.com/a?b=1.';
    await say(ada, text);
    await expect.poll(() => seen(ada), inTime).toEqual([text]);
    const links = await ada.getByRole('article').getByRole('link').all();
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
      'https://example.com/a?b=1',
    ]);
    expect(await ada.getByRole('article').getByRole('img').count()).toBe(0);
  });
});

/** Spread over the outage, a second apart. */
async function sayAll(page: Parameters<typeof say>[0], texts: string[]): Promise<void> {
  for (const text of texts) {
    await say(page, text);
    await delay(OUTAGE_MS / (texts.length + 1));
  }
}
