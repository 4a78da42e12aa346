/** One person of the randomised test: their device and all that is open on it, watched for what must never be seen. */
import {
  type Channel,
  type ChannelsState,
  ChatError,
  type Message,
  type MessagesState,
  type MessagesSubscription,
  type ThreadState,
} from '../../../sdk/src/index.ts';
import { PASSWORD, uniqueEmail } from '../../helpers/people.ts';
import { type Device, emptyDisk, openDevice } from './device.ts';
import type { Prng } from './prng.ts';

export interface View<T> {
  state: T;
  subscription: MessagesSubscription;
}

export interface Actor {
  readonly name: string;
  readonly id: string;
  readonly device: Device;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Open views of channels, by channel. */
  readonly views: Map<string, View<MessagesState>>;
  /** Open threads, by channel and root. */
  readonly threads: Map<string, View<ThreadState> & { channelId: string; rootSeq: number }>;
  readonly list: ChannelsState | undefined;
  isCut: boolean;
  openView(channelId: string, around?: number): void;
  openThread(channelId: string, rootSeq: number): void;
  /** Closes or kills the device and opens another on the same disk. */
  restart(how: 'close' | 'kill'): Promise<void>;
  end(): Promise<void>;
}

/** What may be refused in the course of events: others were faster, or forbade it. */
const EXPECTED = new Set([
  'message_deleted',
  'message_not_found',
  'message_discarded',
  'not_a_member',
  'channel_not_found',
  'not_the_author',
  'not_a_channel_admin',
  'creator_cannot_leave',
  'too_many_pins',
  'too_many_reactions',
  'member_not_found',
  'network_unavailable',
  'service_unavailable',
  // Sent in the moment in which the browser was closed.
  'session_expired',
  'not_signed_in',
]);

export const isExpected = (error: unknown): boolean => error instanceof ChatError && EXPECTED.has(error.code);

export async function createActor(
  name: string,
  deps: { prng: Prng; loss(): number; onDivergence(text: string): void },
): Promise<Actor> {
  const disk = emptyDisk();
  let device = await openDevice(disk, deps.prng, deps.loss);
  const { userId: id } = await device.chat.auth.signUp({
    email: uniqueEmail(name),
    password: PASSWORD,
    name,
  });
  const channels = new Map<string, Channel>();
  const views: Actor['views'] = new Map();
  const threads: Actor['threads'] = new Map();
  let list: ChannelsState | undefined;
  let known = new Set<string>();
  let isRestarting = false;

  function watchList(): void {
    device.chat.channels.subscribe((state) => {
      list = state;
      for (const channel of state.channels) void openChannel(channel.id).catch(() => {});
    });
  }

  async function openChannel(channelId: string): Promise<void> {
    if (known.has(channelId)) return;
    known.add(channelId);
    try {
      channels.set(channelId, await device.chat.channels.open(channelId));
      actor.openView(channelId);
    } catch (error) {
      known.delete(channelId);
      throw error;
    }
  }

  /** Whatever a view shows, it shows in order, once, and never an older version than before. */
  function watch<T>(what: string, messagesOf: (state: T) => readonly Message[]): (state: T) => void {
    const changes = new Map<string, number>();
    return (state) => {
      const ids = new Set<string>();
      let last = 0;
      for (const { id: messageId, seq, change } of messagesOf(state)) {
        if (ids.has(messageId)) deps.onDivergence(`${name} sees ${messageId} twice in ${what}`);
        ids.add(messageId);
        const place = seq ?? Number.POSITIVE_INFINITY;
        if (place < last || (seq !== null && place === last)) {
          deps.onDivergence(`${name} sees ${place} after ${last} in ${what}`);
        }
        last = place;
        if (change < (changes.get(messageId) ?? 0)) {
          deps.onDivergence(`${name} sees an older version of ${seq} in ${what}`);
        }
        changes.set(messageId, change);
      }
    };
  }

  const actor: Actor = {
    name,
    id,
    get device() {
      return device;
    },
    channels,
    views,
    threads,
    get list() {
      return list;
    },
    isCut: false,
    openView(channelId, around) {
      const channel = channels.get(channelId);
      if (!channel) return;
      views.get(channelId)?.subscription.unsubscribe();
      const check = watch<MessagesState>('a channel', ({ messages }) => messages);
      const view = {} as View<MessagesState>;
      view.subscription = channel.messages.subscribe(
        (state) => {
          view.state = state;
          check(state);
        },
        { around },
      );
      views.set(channelId, view);
    },
    openThread(channelId, rootSeq) {
      const key = `${channelId}:${rootSeq}`;
      const channel = channels.get(channelId);
      if (!channel || threads.has(key)) return;
      const check = watch<ThreadState>('a thread', ({ replies }) => replies);
      const view = { channelId, rootSeq } as View<ThreadState> & { channelId: string; rootSeq: number };
      view.subscription = channel.thread(rootSeq).subscribe((state) => {
        view.state = state;
        check(state);
      });
      threads.set(key, view);
    },
    async restart(how) {
      if (isRestarting) return;
      isRestarting = true;
      const before = device;
      views.clear();
      threads.clear();
      channels.clear();
      known = new Set();
      await before[how]();
      device = await openDevice(disk, deps.prng, deps.loss);
      actor.isCut = false;
      watchList();
      isRestarting = false;
    },
    async end() {
      await device.close();
    },
  };
  watchList();
  return actor;
}
