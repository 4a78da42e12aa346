/** What somebody sets about themselves, and whom they do not want to hear. */
import { describe, expect, it } from 'vitest';
import { accountButton, hasBrowser } from './browser.ts';
import { message, openAccount } from './conversation.ts';
import { PNG } from './pictures.ts';
import { inTime, openCast } from './stage.ts';

const HALF_HOUR_MS = 30 * 60_000;

describe.skipIf(!hasBrowser)('in the web app', { timeout: 60_000 }, () => {
  const cast = openCast();

  it('a status is seen by others with the time it ends', async () => {
    const { ada, adaUser, ben } = cast;
    const before = Date.now();
    const dialog = await openAccount(ada, 'Set a status…', 'Your status');
    await dialog.getByRole('button', { name: 'At lunch' }).click();
    await dialog.getByLabel('Clear it').selectOption('In half an hour');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ada.getByRole('button', { name: /At lunch/ }).waitFor();

    const [presence] = await ben.chat.presence.get([adaUser.id]);
    expect(presence).toMatchObject({ statusEmoji: '🍜', statusText: 'At lunch' });
    const lasting = Number(presence?.statusExpiresAt) - before;
    expect(Math.abs(lasting - HALF_HOUR_MS)).toBeLessThan(60_000);
  });

  it('a status of somebody else goes when its time is over', async () => {
    const { ada, ben } = cast;
    const { bens } = await cast.meet('status');
    await bens.messages.send('I am off');
    await message(ada, 'I am off').waitFor();
    await ben.chat.presence.setStatus({
      ...{ emoji: '🌴', text: 'On holiday', expiresAt: new Date(Date.now() + 6_000) },
    });
    const sign = message(ada, 'I am off').getByTitle('On holiday');
    await sign.waitFor();
    await sign.waitFor({ state: 'detached' });
  });

  it('a changed profile and a picture show everywhere', async () => {
    const { ada, adaUser, ben } = cast;
    const dialog = await openAccount(ada, 'Profile…', 'Profile');
    await dialog.getByLabel('Picture').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: PNG });
    await dialog.getByRole('button', { name: 'Another picture' }).waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill(`${adaUser.name} Lovelace`);
    await dialog.getByLabel('What you do').fill('Engineer');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const account = accountButton(ada);
    await account.getByText(`${adaUser.name} Lovelace`).waitFor();
    await expect
      .poll(() => account.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth), inTime)
      .toBeGreaterThan(0);
    const profile = await ben.chat.users.get(adaUser.id);
    expect(profile).toMatchObject({ name: `${adaUser.name} Lovelace`, title: 'Engineer' });
    expect((await fetch(String(profile.avatarUrl))).status).toBe(200);
  });

  it('a profile that the server refuses says why and stays open', async () => {
    const { ada, ben } = cast;
    const dialog = await openAccount(ada, 'Profile…', 'Profile');
    await dialog.getByLabel('Username').fill((await ben.chat.users.me()).username);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'username' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('preferences hold after a reload', async () => {
    const { ada } = cast;
    const dialog = await openAccount(ada, 'Preferences…', 'Preferences');
    await dialog.getByLabel('Colours').selectOption('Dark');
    await dialog.getByLabel('Notify me of').selectOption('Every message');
    await dialog.getByLabel('Do not disturb at night').check();
    await dialog.getByLabel('From').fill('21:30');
    await dialog.getByLabel('Others see what I have read').uncheck();
    await ada.reload();
    await openAccount(ada, 'Preferences…', 'Preferences');
    await expect.poll(() => dialog.getByLabel('From').inputValue(), inTime).toBe('21:30');
    expect(await dialog.getByLabel('Notify me of').inputValue()).toBe('all');
    expect(await dialog.getByLabel('Others see what I have read').isChecked()).toBe(false);
    expect(await ada.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
    await ada.keyboard.press('Escape');
  });

  it('somebody who is blocked can write no direct messages until they are unblocked', async () => {
    const { ada, adaUser, ben } = cast;
    const { bens } = await cast.meet('blocks');
    await bens.messages.send('Buy my cheap watches');
    const direct = await ben.chat.channels.open({ dm: adaUser.id });
    await message(ada, 'cheap watches').getByRole('button', { name: ben.name }).click();
    await ada.getByRole('button', { name: 'Block', exact: true }).click();
    await ada.getByText(`${ben.name} is blocked`).waitFor();
    await expect(direct.messages.send('Watches!')).rejects.toMatchObject({ code: 'user_blocked' });

    const dialog = await openAccount(ada, 'Preferences…', 'Preferences');
    await dialog.getByRole('button', { name: `Unblock ${ben.name}` }).click();
    await dialog.getByText('Nobody.').waitFor();
    await ada.keyboard.press('Escape');
    await direct.messages.send('Sorry');
    await ada.getByRole('navigation').getByRole('link', { name: ben.name }).waitFor();
  });
});
