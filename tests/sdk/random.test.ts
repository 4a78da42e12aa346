/**
 * Several people do everything that can be done, at random, while networks break, browsers crash, events get lost and
 * clocks jump; now and then it is quiet, and then everybody must see what the database has. Longer with
 * CONFAB_RANDOM_MINUTES=30, again with CONFAB_RANDOM_SEED=<seed>.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { type Actor, createActor, isExpected } from './random/actor.ts';
import { difference } from './random/compare.ts';
import { createPrng } from './random/prng.ts';
import { act, createClock } from './random/verbs.ts';

const seed = Number(process.env.CONFAB_RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 32));
const minutes = Number(process.env.CONFAB_RANDOM_MINUTES ?? 0.2);
const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan'];
const OPERATIONS_BETWEEN_QUIET = 150;
/** Longer than it takes the heartbeat to find what was lost. */
const QUIET_MS = 75_000;
/** Of a hundred. */
const LOST_EVENTS = 5;

const actors: Actor[] = [];
const clock = createClock();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

afterAll(async () => {
  clock.restore();
  await Promise.all(actors.map((actor) => actor.end()));
  await database.end();
});

it(
  'everybody sees what the database has, whatever people and networks do',
  async () => {
    console.log(`seed ${seed}, ${minutes} minutes`);
    const prng = createPrng(seed);
    const divergences: string[] = [];
    const onDivergence = (text: string) => {
      console.log(`DIVERGENCE ${text}`);
      divergences.push(text);
    };
    let loss = 0;
    let operations = 0;
    let disconnects = 0;
    const open = new Map<Promise<unknown>, string>();
    const follow = (call: Promise<unknown> | undefined, name = 'a call') => {
      const settled = Promise.resolve(call)
        .catch((error: unknown) => {
          if (!isExpected(error)) onDivergence(`${name} was answered with ${error}`);
        })
        .finally(() => open.delete(settled));
      open.set(settled, name);
    };

    for (const name of NAMES) actors.push(await createActor(name, { prng, loss: () => loss, onDivergence }));
    const [host] = actors as [Actor];
    for (const kind of ['public', 'private'] as const) {
      const memberIds = actors.map(({ id }) => id);
      await host.device.chat.channels.create({ slug: `random-${randomUUID()}`, kind, memberIds });
    }

    /** Lets everything come to rest and compares. */
    async function settle(): Promise<void> {
      loss = 0;
      clock.move(0);
      for (const actor of actors) {
        actor.isCut = false;
        actor.device.network.restore();
      }
      const began = performance.now();
      await Promise.race([Promise.all(open.keys()), pause(QUIET_MS)]);
      for (const name of open.values()) onDivergence(`${name} was not answered`);
      for (const actor of actors) {
        let found = await difference(actor);
        while (found && performance.now() - began < QUIET_MS) {
          await pause(100);
          found = await difference(actor);
        }
        if (found) onDivergence(found);
      }
    }

    const end = performance.now() + minutes * 60_000;
    await settle();
    while (performance.now() < end && divergences.length === 0) {
      loss = LOST_EVENTS;
      for (let n = 0; n < OPERATIONS_BETWEEN_QUIET; n += 1) {
        act({
          prng,
          actors,
          follow,
          onDisconnect() {
            disconnects += 1;
          },
          moveClock: clock.move,
        });
        operations += 1;
        if (prng.oneIn(3)) await pause(prng.below(60));
      }
      await settle();
    }
    console.log(`${operations} operations, ${disconnects} disconnects, ${divergences.length} divergences`);
    expect(divergences).toEqual([]);
  },
  minutes * 60_000 + 4 * QUIET_MS,
);
