/** Finding what was said: search, activity, links into the past. */
import { describe, expect, it } from 'vitest';
import { joinChat } from '../helpers/chat.ts';
import { hasBrowser } from './browser.ts';
import { isInView, message, scrollBy, seen } from './conversation.ts';
import { goTo, inTime, openCast } from './stage.ts';

describe.skipIf(!hasBrowser)('in the web app', { timeout: 120_000 }, () => {
  const cast = openCast();

  it('somebody searches with filters and goes to a result far up', async () => {
    const { ada, ben } = cast;
    const { bens, name } = await cast.meet('search');
    const cleo = await joinChat('Cleo');
    const cleos = await cleo.chat.channels.open(name);
    await cleos.join();
    await bens.messages.send('The blue whale sings');
    await cleos.messages.send('A **blue** door');
    await Promise.all(Array.from({ length: 60 }, (_, count) => bens.messages.send(`Message ${count}`)));
    await message(ada, 'Message 59').waitFor();

    await ada.keyboard.press('Control+Shift+F');
    const panel = ada.getByRole('complementary', { name: 'Search' });
    const query = panel.getByRole('searchbox', { name: 'Search messages' });
    const results = panel.getByRole('list', { name: 'Results' });
    await query.fill('blue');
    await panel.getByRole('button', { name: `in:#${name}` }).click();
    await panel.getByText('2 messages').waitFor();

    const { username } = await ben.chat.users.me();
    await query.fill(`blue in:#${name} from:@${username}`);
    await panel.getByText('1 message', { exact: true }).waitFor();
    expect(await results.locator('mark').allTextContents()).toEqual(['blue']);
    await results.getByRole('link', { name: ben.name }).click();
    await expect.poll(() => isInView(ada, 'The blue whale sings'), inTime).toBe(true);
    await query.waitFor();

    await goTo(cast, `#/c/${name}?search=whale`);
    await expect.poll(() => query.inputValue(), inTime).toBe('whale');
    await results.locator('mark').filter({ hasText: 'whale' }).waitFor();
    await ada.goBack();
    await expect.poll(() => query.inputValue(), inTime).toMatch(/^blue in:/);

    await query.fill(`blue in:#${name} has:file`);
    await panel.getByText('Nothing found.').waitFor();
    await query.fill(`blue in:#${name} before:yesterday-ish`);
    await panel.getByRole('alert').waitFor();
    await ada.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('a page of one search is never shown in another', async () => {
    const { ada } = cast;
    const { bens, name } = await cast.meet('queries');
    const fruits = Array.from({ length: 30 }, (_, count) => [`apple ${count}`, `pear ${count}`]).flat();
    await Promise.all(fruits.map((text) => bens.messages.send(text)));
    await goTo(cast, `#/c/${name}?search=apple in:%23${name}`);
    const panel = ada.getByRole('complementary', { name: 'Search' });
    const query = panel.getByRole('searchbox', { name: 'Search messages' });
    const texts = () => panel.getByRole('list', { name: 'Results' }).locator('.text').allTextContents();
    await panel.getByText('apple').nth(19).waitFor();
    const asked: { isMore: boolean; answer(): Promise<void> }[] = [];
    await ada.route('**/rpc/search_messages*', async (route) => {
      const { query: wanted, cursor } = route.request().postDataJSON() ?? {};
      if (wanted) asked.push({ isMore: cursor !== undefined, answer: () => route.continue() });
      else await route.continue();
    });

    // More of the first is under way when the second is answered.
    await panel.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => asked.length, inTime).toBe(1);
    await query.fill(`pear in:#${name}`);
    await expect.poll(() => asked.length, inTime).toBe(2);
    await asked[1]?.answer();
    await panel.getByText('pear').nth(19).waitFor();
    const late = ada.waitForResponse('**/rpc/search_messages*');
    await asked[0]?.answer();
    await (await late).finished();
    expect(new Set((await texts()).map((text) => text.split(' ')[0]))).toEqual(new Set(['pear']));

    // More is asked for while the second is under way.
    await query.fill(`apple in:#${name}`);
    await expect.poll(() => asked.length, inTime).toBe(3);
    await panel.getByRole('button', { name: 'Show more' }).click();
    await asked[2]?.answer();
    await panel.getByText('apple').nth(19).waitFor();
    expect(asked.map(({ isMore }) => isMore)).toEqual([true, false, false]);
    await ada.unroute('**/rpc/search_messages*');
  });

  it('a mention waits in the activity, without its marks, leads to its message, and is read then', async () => {
    const { ada, adaUser } = cast;
    const { bens } = await cast.meet('activity');
    await goTo(cast, '#/activity');
    await ada.getByRole('link', { name: /added you to #activity-/ }).waitFor();
    await ada.getByRole('button', { name: 'Mark all as read' }).click();
    await ada.getByRole('link', { name: 'Activity', exact: true }).waitFor();
    await bens.messages.send(`**Look** @${adaUser.username}, but not @nobody-here`);
    await Promise.all(Array.from({ length: 60 }, (_, count) => bens.messages.send(`Later ${count}`)));

    await ada.getByRole('link', { name: 'Activity 1 unread' }).waitFor();
    const line = ada
      .getByRole('list', { name: 'Notifications' })
      .getByRole('link', { name: /mentioned you in #activity-/ });
    await line.getByText(`Look @${adaUser.username}, but not @nobody-here`).waitFor();
    await line.click();
    await expect.poll(() => isInView(ada, 'but not'), inTime).toBe(true);
    await ada.getByRole('link', { name: 'Activity', exact: true }).waitFor();
    await expect
      .poll(() => message(ada, 'but not').locator('.mention').allTextContents(), inTime)
      .toEqual([`@${adaUser.username}`]);
  });

  it('a browser in which pages may not notify, as on Android, offers nothing and shows the news all the same', async () => {
    const { ada, adaUser } = cast;
    const { bens } = await cast.meet('android');
    await ada.evaluate(() => {
      class Refused {
        static permission: NotificationPermission = 'default';
        constructor() {
          throw new TypeError(
            'Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.',
          );
        }
      }
      Object.assign(window, { Notification: Refused });
    });
    await goTo(cast, '#/activity');
    await ada.getByRole('list', { name: 'Notifications' }).waitFor();
    expect(await ada.getByRole('button', { name: 'Turn on' }).count()).toBe(0);

    await ada.evaluate(() => {
      Object.assign(Notification, { permission: 'granted' });
      Object.defineProperty(document, 'hidden', { value: true });
    });
    await bens.messages.send(`Are you there, @${adaUser.username}?`);
    await ada.getByRole('link', { name: /mentioned you in #android-/ }).waitFor();
    await ada.reload();
  });

  it('after a jump into the middle the messages load in both directions, without gaps or doubles', async () => {
    const { ada } = cast;
    const count = 170;
    const { bens, name } = await cast.meet('both');
    await goTo(cast, '#/');
    const sent = await Promise.all(
      Array.from({ length: count }, (_, index) => bens.messages.send(`Number ${index + 1}`)),
    );
    await goTo(cast, `#/c/${name}?message=${sent[84]?.id}`);
    await expect.poll(() => isInView(ada, 'Number 85'), inTime).toBe(true);
    const numbers = async () => {
      const shown = (await seen(ada)).map((text) => Number(text.replace('Number ', '')));
      expect(shown).toEqual(shown.map((_, index) => Number(shown[0]) + index));
      return shown;
    };
    expect((await numbers()).length).toBeLessThan(count);

    await expect
      .poll(async () => {
        await scrollBy(ada, -4_000);
        return (await numbers()).at(0);
      }, inTime)
      .toBe(1);
    await ada.getByText(`This is the beginning of #${name}.`).waitFor();
    await expect
      .poll(async () => {
        await scrollBy(ada, 4_000);
        return (await numbers()).at(-1);
      }, inTime)
      .toBe(count);
    await expect
      .poll(async () => {
        await scrollBy(ada, 4_000);
        return ada.getByRole('button', { name: 'Newest' }).count();
      }, inTime)
      .toBe(0);
    await bens.messages.send(`Number ${count + 1}`);
    await expect.poll(async () => (await numbers()).at(-1), inTime).toBe(count + 1);
  });
});
