/** Code that an app does not need at its start: loaded when it is first used, and from then on as if it had been there. */
import { ChatError } from '../errors.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import { retrying } from './retry.ts';

type Callable = (...args: never[]) => Promise<unknown>;

/** Names of the methods that answer later anyway. */
type CallsOf<Noun> = { [Name in keyof Noun]: Noun[Name] extends Callable ? Name : never }[keyof Noun];

type Subscribe = (...args: never[]) => Subscription;

/** Names of the methods of what a noun's `subscribe` gives. */
type MoreOf<Noun> = Noun extends { subscribe(...args: never[]): infer T }
  ? Exclude<keyof T, 'unsubscribe'>
  : never;

export interface Lazy<Nouns> {
  /** @throws `network_unavailable` when the code does not arrive */
  get(): Promise<Nouns>;
  /** These methods of a noun. @throws `network_unavailable` when the code does not arrive */
  calls<Name extends keyof Nouns, Call extends CallsOf<Nouns[Name]>>(
    noun: Name,
    ...names: Call[]
  ): Pick<Nouns[Name], Call>;
  /**
   * A noun's `subscribe`: what it gives begins once the code is there, however long that takes, and never when it is ended
   * before. `names` are those of its methods besides `unsubscribe`.
   */
  subscribe<Name extends keyof Nouns>(
    noun: Name,
    ...names: MoreOf<Nouns[Name]>[]
  ): Nouns[Name] extends { subscribe: infer T } ? T : never;
  /** Does this after all that has begun before; nothing while nothing is in use. */
  ifUsed(act: (nouns: Nouns) => void): void;
}

/** Code that comes over the network like everything else. */
export const loaded = <T>(code: Promise<T>): Promise<T> =>
  code.catch((cause: unknown) => {
    throw new ChatError('network_unavailable', 'unable to load a part of the SDK; it did not arrive', {
      cause,
    });
  });

export function lazy<Nouns extends object>(load: () => Promise<Nouns>): Lazy<Nouns> {
  let nouns: Nouns | undefined;
  let loading: Promise<Nouns> | undefined;
  /** Who waits for the code, in order. */
  const waiting = createEmitter<Nouns>();

  async function arrived(): Promise<Nouns> {
    nouns = await loaded(load());
    waiting.emit(nouns);
    return nouns;
  }

  function get(): Promise<Nouns> {
    loading ??= arrived().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  function begin(start: (nouns: Nouns) => Subscription, names: string[]): Subscription {
    if (nouns) return start(nouns);
    let isEnded = false;
    let begun: Subscription | undefined;
    waiting.add((arrived) => {
      if (!isEnded) begun = start(arrived);
    });
    const ready = retrying(get, () => !isEnded).catch(() => {});
    return {
      ...forward(names, () => ready.then(() => begun)),
      unsubscribe() {
        isEnded = true;
        begun?.unsubscribe();
      },
    };
  }

  return {
    get,
    calls: (noun, ...names) =>
      forward(names as string[], () => get().then((arrived) => arrived[noun])) as never,
    subscribe: (noun, ...names) =>
      ((...args: never[]) =>
        begin((arrived) => (arrived[noun] as { subscribe: Subscribe }).subscribe(...args), names)) as never,
    ifUsed(act) {
      if (nouns) act(nouns);
      else if (waiting.size > 0) waiting.add(act);
    },
  };
}

/** Methods of these names that call those of what is still to come. */
function forward(names: string[], find: () => Promise<unknown>): Record<string, Callable> {
  const call =
    (name: string): Callable =>
    async (...args) => {
      const found = (await find()) as Record<string, Callable> | undefined;
      return found?.[name]?.(...args);
    };
  return Object.fromEntries(names.map((name) => [name, call(name)]));
}
