/** Large channels that are not on screen: their topics are heard directly, since nobody's own topic tells of every message there. */
import type { Feeds } from './feeds.ts';
import type { Realtime, Topic } from './realtime.ts';
import { waitAfter } from './retry.ts';
import type { MyChannelRow } from './rows.ts';

export interface Sidelines {
  /** Hears the most recently active of the large channels, as many as there is room for. */
  choose(channels: readonly MyChannelRow[]): void;
  /** Takes in what was read of one: that it has moved, is new, or is there no more. */
  follow(id: string, channel: MyChannelRow | undefined): void;
  close(): void;
}

/** In channels of up to so many members everybody is told of a message on their own topic. */
const SMALL = 100;
/** A connection has at most 100 topics; the rest is for calls and documents. */
const MAX_TOPICS = 80;
/** Topics that are always there: the user's own and who is present. */
const OWN_TOPICS = 2;
/** Joins are spread out: each costs the server a question to the database. */
const JOIN_MS = 100;
const MAX_SPREAD_MS = 1_000;
/** A refusal may pass, such as of a token that has just expired; each holds up the whole socket for seconds. */
const REFUSED_MS = 5_000;

interface Line {
  epoch: number;
  /** How often it was refused since it was last live. */
  refusals: number;
  topic?: Topic;
  timer: ReturnType<typeof setTimeout>;
}

export function createSidelines(deps: {
  realtime: Realtime;
  feeds: Pick<Feeds, 'all'>;
  onEvent(event: string, payload: Record<string, unknown>): void;
  /** Called with a channel's id when messages there may have been missed. */
  onDoubt(channelId: string): void;
}): Sidelines {
  const open = new Map<string, Line>();

  function close(id: string): void {
    const line = open.get(id);
    if (!line) return;
    clearTimeout(line.timer);
    line.topic?.close();
    open.delete(id);
  }

  function join(id: string, epoch: number, delay: number, spread: number, refusals = 0): void {
    close(id);
    const timer = setTimeout(() => {
      line.topic = deps.realtime.open(`channel:${id}:${epoch}`, {
        onLive() {
          line.refusals = 0;
          deps.onDoubt(id);
        },
        onInterrupted() {},
        onRefused() {
          // It keeps its place while it waits, or what is read of the channel would have it joined at once.
          join(id, epoch, waitAfter(line.refusals, REFUSED_MS), spread, line.refusals + 1);
          deps.onDoubt(id);
        },
        onEvent(event, payload) {
          const next = payload.epoch as number;
          if (event === 'channel:moved') join(id, next, Math.random() * spread, spread);
          else deps.onEvent(event, { ...payload, channel_id: id });
        },
      });
    }, delay);
    const line: Line = { epoch, refusals, timer };
    open.set(id, line);
  }

  const room = (): number => Math.max(0, MAX_TOPICS - OWN_TOPICS - 2 * deps.feeds.all.size);
  const isLarge = ({ member_count: members }: MyChannelRow): boolean => (members ?? 0) > SMALL;

  function hear({ id, epoch, member_count: members }: MyChannelRow, place = 0): void {
    if (id === null || epoch === null || open.get(id)?.epoch === epoch) return;
    join(id, epoch, place * JOIN_MS * (0.5 + Math.random()), Math.min(members ?? 0, MAX_SPREAD_MS));
  }

  return {
    choose(channels) {
      const chosen = channels
        .filter(isLarge)
        .sort((a, b) => Date.parse(b.last_activity_at ?? '') - Date.parse(a.last_activity_at ?? ''))
        .slice(0, room());
      const ids = new Set(chosen.map(({ id }) => id));
      for (const id of [...open.keys()]) if (!ids.has(id)) close(id);
      for (const [place, channel] of chosen.entries()) hear(channel, place);
    },
    follow(id, channel) {
      if (!channel) close(id);
      else if (open.has(id) || (isLarge(channel) && open.size < room())) hear(channel);
    },
    close() {
      for (const id of [...open.keys()]) close(id);
    },
  };
}
