/** Everything that matters, without a pointer: from the door to what was said and out again. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { joinChat } from '../helpers/chat.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { accountButton, DESKTOP, hasBrowser } from './browser.ts';
import { field, message, sent } from './conversation.ts';
import { inTime, openStage } from './stage.ts';

describe.skipIf(!hasBrowser)('by keyboard alone', { timeout: 120_000 }, () => {
  const stage = openStage();

  it('somebody signs up, makes a channel, talks, reacts, edits, deletes and leaves', async () => {
    const page = await stage.browser.newPage(DESKTOP);
    const button = (name: string | RegExp) => page.getByRole('button', { name });
    await page.goto(stage.web.url);
    await press(page, button('Create an account'));
    await tabTo(page, page.getByLabel('Name'));
    await page.keyboard.type('Ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type(uniqueEmail('ada'));
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');

    await press(page, button('New channel'));
    await tabTo(page, page.getByLabel('Name'));
    const topic = `keys-${uniqueEmail('x').slice(2, 10)}`;
    await page.keyboard.type(topic);
    await page.keyboard.press('Enter');
    await field(page).and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Helo');
    await page.keyboard.press('Enter');
    await sent(page, 'Helo');

    await page.keyboard.press('ArrowUp');
    await page.getByRole('textbox', { name: 'Edit message' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Hello');
    await page.keyboard.press('Enter');
    await message(page, 'Hello').getByText('(edited)').waitFor();
    await field(page).and(page.locator(':focus')).waitFor();

    const bens = await (await joinChat('Ben')).chat.channels.open(topic);
    await bens.join();
    await bens.messages.send('Hello Ada');
    await message(page, 'Hello Ada').waitFor();
    await tabTo(page, page.getByRole('log'), 'Shift+Tab');
    await page.keyboard.press('ArrowUp');
    await message(page, 'Hello Ada').and(page.locator(':focus')).waitFor();
    await press(page, message(page, 'Hello Ada').getByRole('button', { name: 'React with 👍' }));
    await button('👍, 1').waitFor();

    await tabTo(page, page.getByRole('log'), 'Shift+Tab');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect
      .poll(() => page.locator('article:focus .text').textContent(), inTime)
      .toMatch(/^Hello \(edited\)|^Hello\(edited\)/);
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Delete' }));
    const deleted = message(page, 'This message was deleted.').and(page.locator(':focus'));
    await deleted.waitFor();

    await page.keyboard.press('Control+K');
    await page.getByRole('combobox').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await deleted.waitFor();
    await page.keyboard.press('Control+K');
    await page.getByRole('combobox').and(page.locator(':focus')).waitFor();
    await page.keyboard.type(topic);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await press(page, accountButton(page));
    const signOut = page.getByRole('menuitem', { name: 'Sign out' });
    await page.keyboard.press('End');
    await signOut.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await button('Sign in').first().waitFor();
  });
});

/** More than any page has. */
const MOST_STOPS = 80;

/** Walks until something has the focus, as somebody without a pointer would. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.first().waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await target.first().evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`unable to reach ${target} by keyboard`);
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}
