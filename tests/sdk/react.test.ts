/** The hooks as React runs them: strict, on a server, and gone again without a trace. */
import { JSDOM } from 'jsdom';
import { createElement, type ReactElement, StrictMode, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Channel, type Chat, ChatError } from '../../sdk/src/index.ts';
import {
  ChatProvider,
  useChannel,
  useChannels,
  useDraft,
  useFileUrl,
  useMembers,
  useMessages,
  useSearch,
  useSession,
  useThread,
  useUnread,
} from '../../sdk/src/react/index.ts';
import { closeChats, joinChat, joinPair } from '../helpers/chat.ts';
import { openNetwork } from '../helpers/outage.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';

const dom = new JSDOM('<main></main>');
let root: Root | undefined;

afterEach(async () => {
  vi.useRealTimers();
  root?.unmount();
  root = undefined;
  // React may still be at it and needs the rest.
  vi.stubGlobal('document', undefined);
  await closeChats();
});

/** Renders as strictly as React can. Only now is there a page: two people who sign in on one page would be one. */
function mount(chat: Chat, component: () => ReactElement | null): void {
  const { window } = dom;
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', window.document);
  for (const name of ['addEventListener', 'removeEventListener'] as const) {
    vi.stubGlobal(name, window[name].bind(window));
  }
  root ??= createRoot(window.document.querySelector('main') as Element);
  root.render(
    createElement(StrictMode, null, createElement(ChatProvider, { chat }, createElement(component))),
  );
}

const onScreen = () => dom.window.document.body.textContent ?? '';
const shows = (text: string) => vi.waitFor(() => expect(onScreen()).toContain(text));

/** Counts how often a noun is subscribed to, and how many of those are left. */
function counted(noun: { subscribe: Channel['messages']['subscribe'] }) {
  const count = { opened: 0, open: 0 };
  const { subscribe } = noun;
  noun.subscribe = (...args) => {
    count.opened += 1;
    count.open += 1;
    const subscription = subscribe(...args);
    return {
      ...subscription,
      unsubscribe() {
        count.open -= 1;
        subscription.unsubscribe();
      },
    };
  };
  return count;
}

describe('hooks', () => {
  it('show what is said, in one subscription although strict mode mounts twice, and leave none behind', async () => {
    const { ada, adas, bobs } = await joinPair();
    const count = counted(adas.messages);
    const sends: ((body: string) => Promise<unknown>)[] = [];
    mount(ada.chat, () => {
      const { messages, send, connection } = useMessages(adas);
      sends.push(send);
      return createElement('p', null, connection, messages.map(({ body }) => body).join());
    });
    await shows('live');
    await bobs.messages.send('from Bob');
    await shows('from Bob');
    await sends[0]?.('from Ada');
    await shows('from Bob,from Ada');
    expect(new Set(sends).size).toBe(1);
    expect(count).toEqual({ opened: 1, open: 1 });
    root?.render(null);
    await vi.waitUntil(() => count.open === 0);
    expect(count.opened).toBe(1);
  });

  it('open a channel by its slug and follow its name, its members and what is unread', async () => {
    const { ada, bob, adas, bobs } = await joinPair();
    mount(bob.chat, () => {
      const userId = useSession();
      const { channels } = useChannels();
      const { channel, info } = useChannel(adas.info?.slug ?? '');
      const { messages } = useUnread();
      const text = [userId === bob.id, channels.length, info?.name, `${messages} unread`].join(' ');
      return createElement('p', null, text, channel && createElement(MemberNames, { channel }));
    });
    await shows('true 1');
    await shows('0 unread');
    await shows('Ada, Bob');
    await adas.update({ name: 'Renamed' });
    await shows('Renamed');
    await adas.messages.send('hi');
    await shows('1 unread');
    await bobs.markRead();
    await shows('0 unread');
    expect(ada.id).not.toBe(bob.id);
  });

  it('say why a channel cannot be opened, and open it once it can be', async () => {
    const { ada, adas } = await joinPair();
    const slug = `${adas.info?.slug}-2`;
    let reopen = () => {};
    mount(ada.chat, () => {
      const opened = useChannel(slug);
      ({ reopen } = opened);
      return createElement('p', null, opened.channel ? 'opened' : String((opened.error as Error)?.message));
    });
    await shows('unable to open channel');
    await ada.chat.channels.create({ slug });
    reopen();
    await shows('opened');
  });

  it('open a channel that was asked for without a network, once there is one', async () => {
    const { adas } = await joinPair('public');
    const network = await openNetwork();
    try {
      const { chat } = await joinChat('Cleo', network.url);
      network.cut();
      mount(chat, () => {
        const { channel, error } = useChannel(adas.id);
        return createElement('p', null, channel ? 'opened' : (error as ChatError | null)?.code);
      });
      await shows('network_unavailable');
      network.restore();
      await shows('opened');
    } finally {
      await network.close();
    }
  });

  it.each([
    ['in the name of another', 60, true],
    ['before a wait is over that no timer can do', 31 * 86_400, false],
  ])('do not ask for a channel again %s', async (_title, retryAfter, isAnother) => {
    const { ada, bob } = await joinPair();
    const open = vi.spyOn(ada.chat.channels, 'open');
    open.mockRejectedValue(new ChatError('rate_limited', 'unable to open; it was too often', { retryAfter }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    mount(ada.chat, () => {
      const { error } = useChannel({ dm: bob.id });
      return createElement('p', null, (error as ChatError | null)?.code);
    });
    await shows('rate_limited');
    if (isAnother) {
      await ada.chat.auth.signOut();
      await ada.chat.auth.signUp({ email: uniqueEmail('Cleo'), password: PASSWORD, name: 'Cleo' });
    }
    open.mockClear();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(open).not.toHaveBeenCalled();
  });

  it('show a thread and keep a draft for it', async () => {
    const { ada, adas, bobs } = await joinPair();
    const rootSeq = (await adas.messages.send('root')).seq as number;
    let write = (_body: string) => {};
    mount(ada.chat, () => {
      const { root: message, replies } = useThread(adas, rootSeq);
      const { draft, setDraft } = useDraft({ channelId: adas.id, parentSeq: rootSeq });
      write = setDraft;
      return createElement('p', null, message?.body, replies.map(({ body }) => body).join(), draft?.body);
    });
    await shows('root');
    await bobs.thread(rootSeq).send('reply');
    await shows('rootreply');
    write('draft');
    await shows('rootreplydraft');
  });

  it('search once the typing pauses, and show what the last query finds', async () => {
    const { ada, adas } = await joinPair();
    await adas.messages.send('the pineapple was ripe');
    await adas.messages.send('the melon was not');
    const search = vi.spyOn(ada.chat.search, 'messages');
    const component = (query: string) => () => {
      const { hits, isLoading } = useSearch(query);
      return createElement(
        'p',
        null,
        isLoading ? 'loading' : 'done',
        hits.map(({ message }) => message.body).join(),
      );
    };
    const Pineapple = component('pineapple');
    const Melon = component('melon');
    // The pause is shorter than a busy machine may take to draw.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    flushSync(() => mount(ada.chat, Pineapple));
    expect(onScreen()).toBe('loading');
    await vi.advanceTimersByTimeAsync(150);
    flushSync(() => mount(ada.chat, Melon));
    await vi.advanceTimersByTimeAsync(250);
    vi.useRealTimers();
    await shows('donethe melon was not');
    expect(search.mock.calls.map(([query]) => query)).toEqual(['melon']);
  });

  it('keep the address of a picture whose measures become known', async () => {
    const { ada, adas } = await joinPair();
    const file = await adas.files.upload(new Blob(['red']), { name: 'red.png' });
    const asked = vi.spyOn(ada.chat.files, 'url');
    let measure = (_: number) => {};
    mount(ada.chat, () => {
      const [width, setWidth] = useState<number | null>(null);
      measure = setWidth;
      const url = useFileUrl({ ...file, width });
      return createElement('p', null, `${width}: `, url && 'shown');
    });
    await shows('null: shown');
    asked.mockClear();
    measure(1);
    await shows('1: shown');
    expect(asked).not.toHaveBeenCalled();
  });

  it('show another channel when they are given another one, and nothing of the first', async () => {
    const { ada, adas } = await joinPair();
    const other = await ada.chat.channels.create({ slug: `${adas.info?.slug}-3` });
    await adas.messages.send('in the first');
    await other.messages.send('in the second');
    const bodiesOf = (channel: Channel) => () => {
      const { messages } = useMessages(channel);
      return createElement('p', null, messages.map(({ body }) => body).join());
    };
    mount(ada.chat, bodiesOf(adas));
    await shows('in the first');
    mount(ada.chat, bodiesOf(other));
    await shows('in the second');
    expect(onScreen()).not.toContain('in the first');
  });
});

it('on a server nothing is subscribed to, and the page says that it loads', async () => {
  const { ada, adas } = await joinPair();
  const count = counted(adas.messages);
  const html = renderToString(
    createElement(ChatProvider, { chat: ada.chat }, createElement(Page, { channel: adas })),
  );
  expect(html.replaceAll(/<!-- -->/g, '')).toBe('<p>loadingundefinedloading</p>');
  expect(count.opened).toBe(0);
});

function MemberNames({ channel }: { channel: Channel }): ReactElement {
  const { members } = useMembers(channel);
  return createElement('i', null, members.map(({ user }) => user.name).join(', '));
}

function Page({ channel }: { channel: Channel }): ReactElement {
  const { connection } = useMessages(channel);
  return createElement('p', null, connection, String(useSession()), useChannels().connection);
}
