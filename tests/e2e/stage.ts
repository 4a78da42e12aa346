/** What the browser tests of one file share: a browser, the page, somebody in front of it, and somebody with an SDK of their own. */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { Channel, User } from '../../sdk/src/index.ts';
import { type ChatUser, closeChats, joinChat } from '../helpers/chat.ts';
import { launch, newPerson } from './browser.ts';
import { field } from './conversation.ts';
import { openWebPage, type WebPage } from './web-page.ts';

/** How long to wait for what is on its way. */
export const inTime = { timeout: 20_000 };

export interface Stage {
  browser: Browser;
  web: WebPage;
}

/** For the whole of a file. */
export function openStage(): Stage {
  const stage = {} as Stage;
  beforeAll(async () => {
    const [browser, web] = await Promise.all([launch(), openWebPage()]);
    Object.assign(stage, { browser, web });
  });
  afterAll(async () => {
    await Promise.all([stage.browser?.close(), stage.web?.close(), closeChats()]);
  });
  return stage;
}

export interface Cast extends Stage {
  /** Ada's window. */
  ada: Page;
  adaUser: User;
  ben: ChatUser;
  /** A channel that Ben made, with Ada in it, open in her window. */
  meet(topic: string): Promise<{ bens: Channel; name: string }>;
}

/** For the whole of a file: Ada in front of the page and Ben elsewhere, whose names nobody else has. */
export function openCast(): Cast {
  const cast = openStage() as Cast;
  beforeAll(async () => {
    const name = `Ada ${randomUUID().slice(0, 8)}`;
    const [ada, ben] = await Promise.all([
      newPerson(cast.browser, cast.web.url, name),
      joinChat(`Ben ${randomUUID().slice(0, 8)}`),
    ]);
    const [adaUser] = await ben.chat.users.search(name);
    Object.assign(cast, { ada, adaUser, ben });
  });
  cast.meet = async (topic) => {
    const name = `${topic}-${randomUUID().slice(0, 8)}`;
    const bens = await cast.ben.chat.channels.create({
      ...{ slug: name, kind: 'public', memberIds: [cast.adaUser.id] },
    });
    await goTo(cast, `#/c/${name}`);
    await field(cast.ada).waitFor();
    return { bens, name };
  };
  return cast;
}

/** Opens an address of the app without loading it anew. */
export async function goTo({ ada, web }: Cast, address: string): Promise<void> {
  await ada.goto(web.url + address);
}
