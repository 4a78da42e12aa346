import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, Message, MessagesState } from '../../sdk/src/index.ts';
import { type ChatUser, closeChats, joinChat, observe } from '../helpers/chat.ts';
import { type Network, openNetwork } from '../helpers/outage.ts';

const networks: Network[] = [];

afterEach(async () => {
  await closeChats();
  await Promise.all(networks.splice(0).map((network) => network.close()));
});

const slug = () => `c-${randomUUID()}`;
/** What people said, without what Confab tells of who came and went. */
const said = ({ messages }: Pick<MessagesState, 'messages'>) =>
  messages.filter(({ kind }) => kind === 'user');
const bodies = (state: Pick<MessagesState, 'messages'>) => said(state).map((message) => message.body);
const isLive = (state: MessagesState) => state.connection === 'live';
const watch = (channel: Channel) =>
  observe<MessagesState, ReturnType<Channel['messages']['subscribe']>>(channel.messages.subscribe);

/** Two people in one channel. */
async function pair(kind: 'public' | 'private' = 'private', bobUrl?: string) {
  const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob', bobUrl)]);
  const adas = await ada.chat.channels.create({ slug: slug(), kind, memberIds: [bob.id] });
  const bobs = await bob.chat.channels.open(adas.id);
  return { ada, bob, adas, bobs };
}

/** A network of its own for one person, to be cut. */
async function network(): Promise<Network> {
  const opened = await openNetwork();
  networks.push(opened);
  return opened;
}

describe('a live view', () => {
  it('begins with what was said and continues with what is said', async () => {
    const { adas, bobs } = await pair();
    await adas.messages.send('before');
    const view = watch(bobs);
    await view.until(isLive);
    expect(bodies(view.state as MessagesState)).toEqual(['before']);
    await adas.messages.send('after');
    const state = await view.until((now) => said(now).length === 2);
    expect(bodies(state)).toEqual(['before', 'after']);
    expect(said(state)[1]).toMatchObject({ status: 'sent', author: { name: 'Ada' } });
  });

  it('shows an own message at once, and once', async () => {
    const { adas } = await pair();
    const view = watch(adas);
    await view.until(isLive);
    const sent = adas.messages.send('mine');
    await view.until((now) => said(now).length === 1);
    expect(said(view.state as MessagesState)[0]).toMatchObject({
      body: 'mine',
      status: 'pending',
      seq: null,
    });
    const message = await sent;
    await view.until((now) => said(now)[0]?.status === 'sent');
    expect(view.states.every((state) => said(state).length <= 1)).toBe(true);
    expect(said(view.state as MessagesState)).toEqual([message]);
  });

  it('keeps the order of many senders the same for everybody', async () => {
    const { adas, bobs } = await pair();
    const views = [watch(adas), watch(bobs)];
    await Promise.all(views.map((view) => view.until(isLive)));
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? adas : bobs).messages.send(`${n}`)));
    const complete = (state: MessagesState) =>
      said(state).length === 30 && state.messages.every((message) => message.status === 'sent');
    const [first, second] = await Promise.all(views.map((view) => view.until(complete)));
    expect(first?.messages.map((message) => message.seq)).toEqual(first?.messages.map((_, n) => n + 1));
    expect(bodies(second as MessagesState)).toEqual(bodies(first as MessagesState));
  });

  it('loads older pages to the first message', async () => {
    const { adas, bobs } = await pair();
    await Promise.all(Array.from({ length: 120 }, (_, n) => adas.messages.send(`${n + 1}`)));
    const view = watch(bobs);
    await view.until(isLive);
    expect(view.state).toMatchObject({ hasOlder: true });
    expect(view.state?.messages).toHaveLength(50);
    await view.subscription.loadOlder();
    await view.subscription.loadOlder();
    expect(view.state).toMatchObject({ hasOlder: false });
    expect(bodies(view.state as MessagesState)).toEqual(Array.from({ length: 120 }, (_, n) => `${n + 1}`));
  });

  it('has everything, once and in order, after an outage in which both went on talking', async () => {
    const line = await network();
    const { adas, bobs } = await pair('private', line.url);
    const view = watch(bobs);
    await view.until(isLive);
    await bobs.messages.send('hello');
    line.cut();
    await view.until(({ connection }) => connection === 'offline');
    await adas.messages.send('are you there?');
    const queued = [bobs.messages.send('I am'), bobs.messages.send('still here')];
    await view.until(({ messages }) => messages.filter(({ status }) => status === 'pending').length === 2);
    line.restore();
    await Promise.all(queued);
    const state = await view.until((current) => isLive(current) && said(current).length === 4);
    expect(bodies(state)).toEqual(['hello', 'are you there?', 'I am', 'still here']);
    expect(bodies({ messages: await adas.messages.list() })).toEqual(bodies(state));
  });

  it('ends for somebody who is removed, and goes on for those who stay', async () => {
    const { ada, bob, adas, bobs } = await pair();
    const views = { ada: watch(adas), bob: watch(bobs) };
    await Promise.all([views.ada.until(isLive), views.bob.until(isLive)]);
    await adas.members.remove(bob.id);
    await views.bob.until(({ connection }) => connection === 'ended');
    const carol = await joinChat('Carol');
    await adas.members.add([carol.id]);
    const carols = await carol.chat.channels.open(adas.id);
    await carols.messages.send('hi');
    const state = await views.ada.until((now) => said(now).length === 1);
    expect(bodies(state)).toEqual(['hi']);
    expect(bodies(views.bob.state as MessagesState)).toEqual([]);
    expect(ada.chat.auth.userId).toBe(ada.id);
  });

  it('shows who types and forgets it when they stop or send', async () => {
    const { adas, bobs } = await pair();
    const views = [watch(adas), watch(bobs)] as const;
    // Typing goes from client to client: both must be there to hear it.
    await Promise.all(views.map((view) => view.until(({ online }) => online.length === 2)));
    adas.typing.start();
    const state = await views[1].until(({ typing }) => typing.length === 1);
    expect(state.typing[0]?.name).toBe('Ada');
    expect(views[0].state?.typing).toEqual([]);
    adas.typing.stop();
    await views[1].until(({ typing }) => typing.length === 0);
    adas.typing.start();
    await views[1].until(({ typing }) => typing.length === 1);
    await adas.messages.send('done');
    await views[1].until((now) => now.typing.length === 0 && said(now).length === 1);
  });

  it('is silent after unsubscribe, for this listener only', async () => {
    const { adas, bobs } = await pair();
    const [first, second] = [watch(bobs), watch(bobs)];
    await Promise.all([first.until(isLive), second.until(isLive)]);
    first.unsubscribe();
    const seen = first.states.length;
    await adas.messages.send('hi');
    await second.until((now) => said(now).length === 1);
    expect(first.states).toHaveLength(seen);
  });
});

describe('changes', () => {
  /** Both watch a channel with one message of Ada. */
  async function shared(bobUrl?: string) {
    const people = await pair('private', bobUrl);
    const { seq } = await people.adas.messages.send('first');
    const views = [watch(people.adas), watch(people.bobs)] as const;
    await Promise.all(views.map((view) => view.until((now) => isLive(now) && said(now).length === 1)));
    const shown = (view: (typeof views)[0]) => said(view.state as MessagesState)[0] as Message;
    return { ...people, seq: seq as number, views, shown };
  }

  it('an edit is shown at once to its author and then to everybody, with what it replaced', async () => {
    const { adas, bobs, seq, views, shown } = await shared();
    const edited = adas.messages.edit(seq, { body: 'second', custom: { n: 1 } });
    expect(shown(views[0])).toMatchObject({ body: 'second', custom: { n: 1 } });
    await edited;
    await views[1].until((now) => bodies(now)[0] === 'second');
    expect(shown(views[0])).toEqual(shown(views[1]));
    expect(shown(views[0]).editedAt).toBeInstanceOf(Date);
    expect((await bobs.messages.listEdits(seq)).map(({ body }) => body)).toEqual(['first']);
  });

  it('an edit that is refused is taken back, and says why', async () => {
    const { bobs, seq, views, shown } = await shared();
    const edit = bobs.messages.edit(seq, { body: 'not mine' });
    expect(shown(views[1])).toMatchObject({ body: 'not mine' });
    await expect(edit).rejects.toMatchObject({ code: 'not_the_author', status: 403 });
    expect(shown(views[1])).toMatchObject({ body: 'first', editedAt: null });
  });

  it('a deletion leaves an empty place for everybody', async () => {
    const { adas, seq, views, shown } = await shared();
    await adas.reactions.add(seq, '👍');
    await adas.messages.delete(seq);
    expect(shown(views[0])).toMatchObject({ seq, body: '', reactions: [] });
    await views[1].until((now) => said(now)[0]?.deletedAt !== null);
    expect(shown(views[0])).toEqual(shown(views[1]));
    await expect(adas.messages.edit(seq, { body: 'again' })).rejects.toMatchObject({
      code: 'message_deleted',
    });
    expect(shown(views[0]).body).toBe('');
  });

  it('reactions are shown at once, counted for all, and marked for those who gave them', async () => {
    const { adas, bobs, seq, views, shown } = await shared();
    const added = bobs.reactions.add(seq, '👍');
    expect(shown(views[1]).reactions).toEqual([{ emoji: '👍', count: 1, isMine: true }]);
    await Promise.all([added, adas.reactions.add(seq, '👍')]);
    await Promise.all(views.map((view) => view.until((now) => said(now)[0]?.reactions[0]?.count === 2)));
    const removed = bobs.reactions.remove(seq, '👍');
    expect(shown(views[1]).reactions).toEqual([{ emoji: '👍', count: 1, isMine: false }]);
    await removed;
    await views[0].until((now) => said(now)[0]?.reactions[0]?.count === 1);
    expect(shown(views[0]).reactions).toEqual([{ emoji: '👍', count: 1, isMine: true }]);
    const refused = bobs.reactions.add(seq, 'no emoji');
    await expect(refused).rejects.toMatchObject({ code: 'invalid_emoji' });
    expect(shown(views[1]).reactions).toHaveLength(1);
  });

  it('what was changed during an outage is shown after it, and own changes go out then', async () => {
    const line = await network();
    const { adas, bobs, seq, views, shown } = await shared(line.url);
    const own = await bobs.messages.send('mine');
    await views[1].until(({ messages }) => messages.some(({ id }) => id === own.id));
    line.cut();
    await views[1].until(({ connection }) => connection === 'offline');
    await adas.messages.edit(seq, { body: 'edited' });
    await adas.reactions.add(seq, '🎉');
    const waiting = bobs.messages.edit(own.seq as number, { body: 'also edited' });
    await views[1].until((now) => bodies(now).join() === 'first,also edited');
    line.restore();
    await waiting;
    await views[1].until((now) => isLive(now) && bodies(now).join() === 'edited,also edited');
    expect(shown(views[1]).reactions).toEqual([{ emoji: '🎉', count: 1, isMine: false }]);
  });

  it('a refused message stays as failed and can be given up', async () => {
    const { adas, views } = await shared();
    await expect(adas.messages.send('a\u0000b')).rejects.toMatchObject({ code: 'invalid_input' });
    const failed = await views[0].until(({ messages }) => messages.at(-1)?.status === 'failed');
    expect(failed.messages.at(-1)).toMatchObject({ seq: null, error: { code: 'invalid_input' } });
    const id = failed.messages.at(-1)?.id as string;
    await expect(adas.messages.retry(id)).rejects.toMatchObject({ code: 'invalid_input' });
    await adas.messages.discard(id);
    expect(bodies(views[0].state as MessagesState)).toEqual(['first']);
  });

  it('a view jumps to an old message, follows its changes, and returns', async () => {
    const { adas, bobs } = await pair();
    const sent = await Promise.all(Array.from({ length: 130 }, (_, n) => adas.messages.send(`${n + 1}`)));
    const [tenth, fortieth] = [sent[9] as Message, sent[39] as Message];
    const view = watch(bobs);
    await view.until((now) => isLive(now) && said(now).length === 50);
    await view.subscription.jumpTo(tenth.id);
    expect(view.state).toMatchObject({ hasNewer: true });
    expect(bodies(view.state as MessagesState)).toContain('10');
    await adas.messages.edit(tenth.seq as number, { body: 'ten' });
    await view.until((now) => bodies(now).includes('ten'));
    await adas.messages.send('newest');
    while (view.state?.hasNewer) await view.subscription.loadNewer();
    expect(bodies(view.state as MessagesState).at(-1)).toBe('newest');
    await view.subscription.jumpTo(fortieth.seq as number);
    await view.subscription.backToNewest();
    expect(bodies(view.state as MessagesState).at(-1)).toBe('newest');
    await expect(view.subscription.jumpTo(randomUUID())).rejects.toMatchObject({ code: 'message_not_found' });
  });
});

describe('bad input', () => {
  const refused = async (user: ChatUser, channel: Channel, body: string) => {
    const before = await channel.messages.list();
    const error = await channel.messages.send(body).catch((thrown: unknown) => thrown);
    expect(await channel.messages.list()).toEqual(before);
    expect(user.chat.auth.userId).toBe(user.id);
    return error;
  };

  it.each([
    ['no text', '', 'message_empty', 400],
    ['white space', ' \n\t ', 'message_empty', 400],
    ['40,001 characters', 'x'.repeat(40_001), 'message_too_long', 400],
    ['a NUL', 'a\u0000b', 'invalid_input', 400],
    ['half a surrogate pair', 'a\ud800b', 'invalid_input', 400],
  ])('%s is refused with a code and changes nothing', async (_name, body, code, status) => {
    const { ada, adas } = await pair();
    expect(await refused(ada, adas, body)).toMatchObject({ name: 'ChatError', code, status });
  });

  it('a foreign channel is not found, and a public one asks to join first', async () => {
    const { adas } = await pair();
    const eve = await joinChat('Eve');
    const open = eve.chat.channels.open(adas.id);
    await expect(open).rejects.toMatchObject({ code: 'channel_not_found', status: 404 });
    const { adas: publicOne } = await pair('public');
    const channel = await eve.chat.channels.open(publicOne.id);
    await expect(channel.messages.send('hi')).rejects.toMatchObject({ code: 'not_a_member', status: 403 });
    await channel.join();
    await expect(channel.messages.send('hi')).resolves.toMatchObject({ status: 'sent' });
  });
});
