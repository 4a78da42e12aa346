/** What people do and see in the app. */
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { accountButton } from './browser.ts';

export const field = (page: Page) => page.getByRole('textbox', { name: /^Message / });

export async function createChannel(page: Page, topic: string): Promise<string> {
  const name = `${topic}-${randomUUID().slice(0, 8)}`;
  await page.getByRole('button', { name: 'New channel' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create channel' }).click();
  await page.getByRole('textbox', { name: `Message #${name}` }).waitFor();
  return name;
}

/** Finds a public channel and joins it. */
export async function joinChannel(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Browse channels' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Find a channel' }).fill(name);
  await dialog.getByRole('link', { name }).click();
  await page.getByRole('button', { name: 'Join channel' }).click();
  await field(page).waitFor();
}

/** Opens the direct messages with somebody, found by name. */
export async function openDm(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New message' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Find a person' }).fill(name);
  await dialog.getByRole('option', { name }).click();
  await dialog.getByRole('button', { name: 'Start talking' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await field(page).waitFor();
}

export async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
}

export const written = (page: Page): Promise<string> => field(page).inputValue();

export async function say(page: Page, text: string): Promise<void> {
  await write(page, text);
  await field(page).press('Enter');
}

/** The messages on the page, oldest first; one on its way ends in "(sending)". */
export async function seen(page: Page): Promise<string[]> {
  return page
    .getByRole('main')
    .getByRole('log')
    .evaluate((log) =>
      [...log.querySelectorAll('article')].map((message) => {
        const text = message.querySelector('.text')?.textContent ?? '';
        return message.dataset.status === 'pending' ? `${text} (sending)` : text;
      }),
    );
}

/** A conversation's entry in the list, with its count of unread messages. */
export const entry = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: false });

/** The message in the list that has this text. */
export const message = (page: Page, text: string) =>
  page.getByRole('log').getByRole('article').filter({ hasText: text });

/** Waits until the server has a message. */
export const sent = (page: Page, text: string): Promise<void> =>
  message(page, text).and(page.locator('[data-status=sent]')).waitFor();

/** Whether some of a message is on screen. */
export const isInView = (page: Page, text: string): Promise<boolean> =>
  message(page, text).evaluateAll(([article]) => {
    const box = article?.closest('[role=log]')?.getBoundingClientRect();
    const place = article?.getBoundingClientRect();
    return Boolean(box && place && place.bottom > box.top && place.top < box.bottom);
  });

/** Scrolls the messages as a wheel does. */
export async function scrollBy(page: Page, distance: number): Promise<void> {
  await page
    .getByRole('main')
    .getByRole('log')
    .evaluate((log, top) => log.scrollBy({ top }), distance);
}

/** Opens the menu of a message. */
export async function openMenu(page: Page, text: string): Promise<void> {
  await message(page, text).hover();
  await message(page, text).getByRole('button', { name: 'More' }).click();
}

/** How far below the upper edge of the window a message stands. */
export const placeOf = (page: Page, text: string): Promise<number> =>
  message(page, text).evaluate((article) => article.getBoundingClientRect().bottom);

/** Scrolls the messages to a distance from their top and says where one of them stands then. */
export async function scrollTo(page: Page, distance: number, text: string): Promise<number> {
  return message(page, text).evaluate(async (article, top) => {
    article.closest('[role=log]')?.scrollTo({ top });
    // What comes near the window is laid out with the next frame.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    return article.getBoundingClientRect().bottom;
  }, distance);
}

/** Chooses from the menu of the account and gives the window that opens. */
export async function openAccount(page: Page, item: string, title: string): Promise<Locator> {
  await accountButton(page).click();
  await page.getByRole('menuitem', { name: item }).click();
  return page.getByRole('dialog', { name: title });
}
