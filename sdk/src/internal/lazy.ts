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
  /** What has been loaded. */
  readonly now: Nouns | undefined;
  /** @throws `network_unavailable` when the code does not arrive */
  get(): Promise<Nouns>;
  /** Does this with the code: in the same moment when it is there. @throws `network_unavailable` when it does not arrive */
  use<T>(act: (nouns: Nouns) => Promise<T>): Promise<T>;
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
  /** Does this once the code is there, which it does not ask for, and after all that was to be done before. */
  whenThere(act: (nouns: Nouns) => void): void;
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

/** @param owner whose calls these are; none is made in another's name once the code is there */
export function lazy<Nouns extends object>(
  load: () => Promise<Nouns>,
  owner: () => string | null = () => null,
): Lazy<Nouns> {
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

  async function use<T>(act: (nouns: Nouns) => Promise<T>): Promise<T> {
    if (nouns) return act(nouns);
    const asker = owner();
    const there = await get();
    if (asker === null || asker === owner()) return act(there);
    throw new ChatError('session_expired', 'unable to do this; the session ended first');
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
      ...forward(names, (call) => ready.then(() => begun && call(begun as never))),
      unsubscribe() {
        isEnded = true;
        begun?.unsubscribe();
      },
    };
  }

  function whenThere(act: (nouns: Nouns) => void): void {
    if (nouns) act(nouns);
    else waiting.add(act);
  }

  return {
    get now() {
      return nouns;
    },
    get,
    use,
    calls: (noun, ...names) =>
      forward(names as string[], (call) => use((arrived) => call(arrived[noun] as never))) as never,
    subscribe: (noun, ...names) =>
      ((...args: never[]) =>
        begin((arrived) => (arrived[noun] as { subscribe: Subscribe }).subscribe(...args), names)) as never,
    whenThere,
    ifUsed(act) {
      if (nouns || waiting.size > 0) whenThere(act);
    },
  };
}

/** Methods of these names that call those of what is still to come. */
function forward(names: string[], find: (call: Callable) => Promise<unknown>): Record<string, Callable> {
  const forwarded =
    (name: string): Callable =>
    (...args) =>
      find(async (found) => (found as Record<string, Callable>)[name]?.(...args));
  return Object.fromEntries(names.map((name) => [name, forwarded(name)]));
}
