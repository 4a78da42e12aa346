/** What somebody sets about themselves, and whom they do not want to hear. */
import { describe, expect, it } from 'vitest';
import { accountButton, hasBrowser } from './browser.ts';
import { message, openAccount } from './conversation.ts';
import { PNG } from './pictures.ts';
import { inTime, openCast } from './stage.ts';

const HALF_HOUR_MS = 30 * 60_000;

describe.skipIf(!hasBrowser)('in the web app', { timeout: 120_000 }, () => {
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
    const holiday = { emoji: '🌴', text: 'On holiday' };
    await ben.chat.presence.setStatus(holiday);
    const sign = message(ada, 'I am off').getByTitle('On holiday');
    await sign.waitFor();
    await ben.chat.presence.setStatus({ ...holiday, expiresAt: new Date(Date.now() + 5_000) });
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

  it('a window stays when files are not chosen after all, or a selection of text ends beside it', async () => {
    const { ada } = cast;
    const dialog = await openAccount(ada, 'Profile…', 'Profile');
    await dialog.getByLabel('Picture').dispatchEvent('cancel');
    await dialog.getByLabel('Username').hover();
    await ada.mouse.down();
    await ada.mouse.move(5, 5);
    await ada.mouse.up();
    await dialog.getByLabel('Username').fill('ada');
    await ada.mouse.click(5, 5);
    await dialog.waitFor({ state: 'detached' });
    await accountButton(ada).and(ada.locator(':focus')).waitFor();
  });

  it('preferences hold after a reload', async () => {
    const { ada } = cast;
    const dialog = await openAccount(ada, 'Preferences…', 'Preferences');
    await dialog.getByLabel('Colours').selectOption('Dark');
    const stored = async (choose: () => Promise<unknown>) => {
      const answer = ada.waitForResponse((one) => one.url().includes('/rpc/set_preferences') && one.ok());
      await Promise.all([answer, choose()]);
    };
    await stored(() => dialog.getByLabel('Notify me of').selectOption('Every message'));
    await stored(() => dialog.getByLabel('Do not disturb at night').check());
    const from = dialog.getByLabel('From');
    await from.fill('21:30');
    await stored(() => from.blur());
    await stored(() => dialog.getByLabel('Others see what I have read').uncheck());
    await ada.reload();
    await openAccount(ada, 'Preferences…', 'Preferences');
    await expect.poll(() => from.inputValue(), inTime).toBe('21:30');
    await expect.poll(() => dialog.getByLabel('Notify me of').inputValue(), inTime).toBe('all');
    const shares = dialog.getByLabel('Others see what I have read');
    await expect.poll(() => shares.isChecked(), inTime).toBe(false);
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

    await ada.route('**/rpc/list_blocks*', (route) =>
      route.fulfill({
        status: 403,
        json: { code: 'forbidden', message: 'unable to list blocks; no', details: null, hint: null },
      }),
    );
    const dialog = await openAccount(ada, 'Preferences…', 'Preferences');
    await dialog.getByRole('alert').filter({ hasText: 'You may not do this.' }).waitFor();
    await ada.unroute('**/rpc/list_blocks*');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByRole('button', { name: `Unblock ${ben.name}` }).click();
    await dialog.getByText('Nobody.').waitFor();
    await dialog.getByText(`${ben.name} is not blocked any more`).waitFor();
    const list = dialog.getByRole('list', { name: 'Blocked people' });
    await list.and(ada.locator(':focus')).waitFor({ state: 'attached' });
    await ada.keyboard.press('Escape');
    await direct.messages.send('Sorry');
    await ada.getByRole('navigation').getByRole('link', { name: ben.name }).waitFor();
  });
});
