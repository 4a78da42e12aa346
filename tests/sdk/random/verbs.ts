/** Everything that people do, at random. */
import { vi } from 'vitest';
import type { Channel, Message } from '../../../sdk/src/index.ts';
import type { Actor } from './actor.ts';
import type { Prng } from './prng.ts';

export interface Scene {
  prng: Prng;
  actors: readonly Actor[];
  /** Waits for it at the next quiet point. */
  follow(call: Promise<unknown> | undefined, name?: string): void;
  onDisconnect(): void;
  /** Moves the clock of all devices by so many milliseconds. */
  moveClock(ms: number): void;
}

const EMOJI = ['👍', '🎉', '❤️', ':party:'];
const HOUR_MS = 3_600_000;

type Verb = (scene: Scene, actor: Actor, channel: Channel) => void;

const messagesOf = (actor: Actor, { id }: Channel): readonly Message[] =>
  actor.views
    .get(id)
    ?.state.messages.filter(({ seq, kind, deletedAt }) => seq !== null && kind === 'user' && !deletedAt) ??
  [];

/** A message that was refused, or an id that is none. */
const failedOf = (actor: Actor, { id }: Channel): string =>
  actor.views.get(id)?.state.messages.find(({ status }) => status === 'failed')?.id ?? id;

/** Does something with one of the messages on screen. */
const withMessage =
  (run: (scene: Scene, channel: Channel, seq: number, actor: Actor) => Promise<unknown> | undefined): Verb =>
  (scene, actor, channel) => {
    const messages = messagesOf(actor, channel);
    if (messages.length === 0) return;
    scene.follow(run(scene, channel, scene.prng.pick(messages).seq as number, actor));
  };

let count = 0;
const text = () => {
  count += 1;
  return `text ${count}`;
};

const VERBS = {
  send: (scene, _actor, { messages }) => scene.follow(messages.send(text())),
  burst(scene, _actor, { messages }) {
    for (let n = 0; n < 5; n += 1) scene.follow(messages.send(text(), { custom: { n } }));
  },
  reply: withMessage(({ prng }, channel, seq) =>
    channel.thread(seq).send(text(), { alsoInChannel: prng.oneIn(3) }),
  ),
  retry: (scene, actor, channel) => scene.follow(channel.messages.retry(failedOf(actor, channel))),
  discard: (scene, actor, channel) => scene.follow(channel.messages.discard(failedOf(actor, channel))),
  edit: withMessage((_scene, { messages }, seq) => messages.edit(seq, { body: text() })),
  delete: withMessage((_scene, { messages }, seq) => messages.delete(seq)),
  react: withMessage(({ prng }, { reactions }, seq) =>
    reactions.add(seq, prng.pick(EMOJI), { replace: prng.oneIn(4) }),
  ),
  unreact: withMessage(({ prng }, { reactions }, seq) => reactions.remove(seq, prng.pick(EMOJI))),
  pin: withMessage((_scene, { pins }, seq) => pins.add(seq)),
  unpin: withMessage((_scene, { pins }, seq) => pins.remove(seq)),
  read: withMessage((_scene, channel, seq) => channel.markRead(seq)),
  readAll: (scene, _actor, channel) => scene.follow(channel.markRead()),
  unread: withMessage((_scene, channel, seq) => channel.markUnread(seq)),
  readThread: withMessage((_scene, channel, seq) => channel.thread(seq).markRead()),
  followThread: withMessage(({ prng }, channel, seq) =>
    prng.oneIn(2) ? channel.thread(seq).follow() : channel.thread(seq).unfollow(),
  ),
  typing(_scene, _actor, { typing }) {
    typing.start();
  },
  /** The same call twice in the same moment. */
  repeat: withMessage((_scene, { reactions }, seq) =>
    Promise.all([reactions.add(seq, '👍'), reactions.add(seq, '👍')]),
  ),
  jump: withMessage((_scene, channel, seq, actor) => actor.views.get(channel.id)?.subscription.jumpTo(seq)),
  jumpFar: (scene, actor, { id }) => {
    const newest = actor.views.get(id)?.state.messages.at(-1)?.seq ?? 1;
    scene.follow(actor.views.get(id)?.subscription.jumpTo(1 + scene.prng.below(newest)));
  },
  older: (scene, actor, { id }) => scene.follow(actor.views.get(id)?.subscription.loadOlder()),
  newer: (scene, actor, { id }) => scene.follow(actor.views.get(id)?.subscription.loadNewer()),
  newest: (scene, actor, { id }) => scene.follow(actor.views.get(id)?.subscription.backToNewest()),
  reopen: (_scene, actor, { id }) => actor.openView(id),
  openThread: withMessage((_scene, channel, seq, actor) => {
    actor.openThread(channel.id, seq);
    return undefined;
  }),
  closeThread(_scene, actor) {
    const [key, view] = [...actor.threads][0] ?? [];
    if (!key) return;
    view?.subscription.unsubscribe();
    actor.threads.delete(key);
  },
  leave: (scene, _actor, channel) => scene.follow(channel.leave()),
  join: (scene, _actor, channel) => scene.follow(channel.join()),
  add: ({ prng, actors, follow }, _actor, { members }) => follow(members.add([prng.pick(actors).id])),
  remove: ({ prng, actors, follow }, _actor, { members }) => follow(members.remove(prng.pick(actors).id)),
  cut({ onDisconnect }, actor) {
    actor.isCut = true;
    actor.device.network.cut();
    onDisconnect();
  },
  restore(_scene, actor) {
    actor.isCut = false;
    actor.device.network.restore();
  },
  /** Breaks all connections; new ones work at once. */
  flicker({ onDisconnect }, actor) {
    if (actor.isCut) return;
    actor.device.network.cut();
    actor.device.network.restore();
    onDisconnect();
  },
  kill: (scene, actor) => {
    scene.onDisconnect();
    scene.follow(actor.restart('kill'));
  },
  reload: (scene, actor) => scene.follow(actor.restart('close')),
  clock: ({ prng, moveClock }) => moveClock(Math.round((prng.next() - 0.5) * 48 * HOUR_MS)),
} satisfies Record<string, Verb>;

const WEIGHTS: Record<keyof typeof VERBS, number> = {
  send: 250,
  burst: 20,
  reply: 110,
  retry: 15,
  discard: 5,
  edit: 100,
  delete: 30,
  react: 120,
  unreact: 50,
  pin: 20,
  unpin: 15,
  read: 40,
  readAll: 20,
  unread: 10,
  readThread: 15,
  followThread: 10,
  typing: 30,
  repeat: 15,
  jump: 15,
  jumpFar: 15,
  older: 30,
  newer: 25,
  newest: 25,
  reopen: 10,
  openThread: 30,
  closeThread: 15,
  leave: 6,
  join: 20,
  add: 15,
  remove: 6,
  cut: 12,
  restore: 40,
  flicker: 12,
  kill: 4,
  reload: 3,
  clock: 2,
};

/** Lets somebody do something. */
export function act(scene: Scene): void {
  const actor = scene.prng.pick(scene.actors);
  const channels = [...actor.channels.values()];
  if (channels.length === 0) return;
  const verb = scene.prng.weighted(WEIGHTS);
  const follow = (call: Promise<unknown> | undefined) => scene.follow(call, `${verb} by ${actor.name}`);
  VERBS[verb]({ ...scene, follow }, actor, scene.prng.pick(channels));
}

/** The time of all devices, which the test moves. */
export function createClock(): { move(ms: number): void; restore(): void } {
  const real = Date.now;
  let offset = 0;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => real() + offset);
  return {
    move(ms) {
      offset = ms;
    },
    restore: () => spy.mockRestore(),
  };
}
