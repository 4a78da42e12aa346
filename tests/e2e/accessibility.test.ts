/** Axe looks at the pages of the web app: light and dark, on a desk and on a phone. */
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { joinChat } from '../helpers/chat.ts';
import { accountButton, DESKTOP, hasBrowser, keepPicture, newPerson, PHONE } from './browser.ts';
import { createChannel, field, message, openAccount, say, sent } from './conversation.ts';
import { openStage } from './stage.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const LOOKS: [string, BrowserContextOptions][] = [
  ['a light desk', { ...DESKTOP, colorScheme: 'light' }],
  ['a dark desk', { ...DESKTOP, colorScheme: 'dark' }],
  ['a light phone', { ...PHONE, colorScheme: 'light' }],
  ['a dark phone', { ...PHONE, colorScheme: 'dark' }],
];

describe.skipIf(!hasBrowser)('axe finds nothing', { timeout: 240_000 }, () => {
  const stage = openStage();

  it.each(LOOKS)('on %s', async (look, options) => {
    const door = await stage.browser.newPage({ ...options, reducedMotion: 'reduce' });
    await door.goto(stage.web.url);
    await door.getByRole('button', { name: 'Create an account' }).waitFor();
    expect(await complaints(door)).toEqual([]);
    await door.close();

    const ada = await newPerson(stage.browser, stage.web.url, 'Ada', { ...options, reducedMotion: 'reduce' });
    const name = await createChannel(ada, 'axe');
    const ben = await joinChat('Ben');
    const bens = await ben.chat.channels.open(name);
    await bens.join();
    const me = await ben.chat.users.me();
    const { seq } = await bens.messages.send(
      `**Bold**, _italic_, \`code\`, https://example.com, @${me.username} #${name}`,
    );
    await bens.messages.send('> Somebody said\n```\nsome code\n```');
    await bens.thread(Number(seq)).send('A reply');
    await bens.reactions.add(Number(seq), '🎉');
    await say(ada, 'Done');
    await sent(ada, 'Done');
    await field(ada).press('ArrowUp');
    await ada.getByRole('textbox', { name: 'Edit message' }).fill('All done');
    await ada.getByRole('textbox', { name: 'Edit message' }).press('Enter');
    await message(ada, 'All done').getByText('(edited)').waitFor();
    await bens.markRead(Number((await bens.messages.list()).at(-1)?.seq));
    await message(ada, 'some code').waitFor();
    await ada.getByRole('button', { name: '🎉, 1' }).waitFor();

    for (const [page, address, role, title] of [
      ['channel', `#/c/${name}`, 'heading', name],
      ['thread', `#/c/${name}?thread=${seq}`, 'complementary', 'Thread'],
      ['details', `#/c/${name}?panel=details`, 'complementary', 'Details'],
      ['members', `#/c/${name}?panel=members`, 'complementary', 'Members'],
      ['activity', '#/activity', 'heading', 'Activity'],
      ['saved', '#/saved', 'heading', 'Saved'],
      ['home', '#/', 'heading', /^(Hello, Ada|Confab)$/],
    ] as const) {
      await ada.goto(stage.web.url + address);
      await ada.getByRole(role, { name: title }).first().waitFor();
      await ada.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      await keepPicture(ada, `${look} ${page}`);
      expect(await complaints(ada), page).toEqual([]);
    }
    for (const [title, address, button] of [
      ['Seen by', `#/c/${name}`, 'Seen by Ben'],
      ['Edit history', `#/c/${name}`, '(edited)'],
      [`Banned from #${name}`, `#/c/${name}?panel=details`, 'Banned people'],
    ] as const) {
      await ada.goto(stage.web.url + address);
      await ada.getByRole('button', { name: button }).click();
      const dialog = ada.getByRole('dialog', { name: title });
      await dialog.locator('[aria-busy=false]').waitFor({ state: 'attached' });
      expect(await complaints(ada), title).toEqual([]);
      await ada.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await ada.goto(`${stage.web.url}#/c/${name}`);
    await message(ada, 'Bold').getByRole('button', { name: 'Ben', exact: true }).click();
    await ada.getByRole('button', { name: 'Block', exact: true, disabled: false }).waitFor();
    expect(await complaints(ada), 'person').toEqual([]);
    await ada.keyboard.press('Escape');

    await ada.goto(`${stage.web.url}#/`);
    await openAccount(ada, 'Preferences…', 'Preferences');
    expect(await complaints(ada), 'preferences').toEqual([]);
    await ada.keyboard.press('Escape');
    await accountButton(ada).click();
    expect(await complaints(ada), 'account menu').toEqual([]);
    await ada.getByRole('menuitem', { name: 'Set a status…' }).click();
    expect(await complaints(ada), 'status').toEqual([]);
  });
});

/** What axe has to say about a page as it is now. */
async function complaints(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => {
    const { axe } = window as unknown as typeof import('axe-core') & { axe: typeof import('axe-core') };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
  );
}
