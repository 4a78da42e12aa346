/** The topic that everyone signed in hears, which moves when somebody is shut out. */
import { ChatError } from '../errors.ts';
import type { Realtime } from './realtime.ts';
import type { Rest } from './rest.ts';
import { createTopicFeed, type TopicFeed } from './topic-feed.ts';

export interface EveryoneFeed extends TopicFeed {
  /** Tells where the topic is on the server; its move is said once, and can get lost like every other event. */
  note(epoch: number): void;
}

/** Everybody moves at once, and Realtime takes few joins a second. */
const SPREAD_MS = 10_000;

export function createEveryoneFeed({ rest, realtime }: { rest: Rest; realtime: Realtime }): EveryoneFeed {
  let name: string | undefined;
  let refused: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function moveSoon(): void {
    clearTimeout(timer);
    timer = setTimeout(feed.reopen, Math.random() * SPREAD_MS);
  }

  const feed = createTopicFeed({
    realtime,
    async topic() {
      name = await rest.run('find the topic of presence', rest.client.rpc('get_presence_topic'));
      // Asked once more it would be refused once more, which holds up the whole socket for seconds.
      if (name === refused) throw new ChatError('forbidden', 'unable to hear presence; the topic is closed');
      return name;
    },
    onEvent(event) {
      if (event === 'presence:moved') moveSoon();
    },
    onRefused() {
      refused = name;
      moveSoon();
    },
  });

  return {
    subscribe: feed.subscribe,
    note(epoch) {
      if (name !== undefined && name !== `presence:${epoch}`) moveSoon();
    },
    end() {
      clearTimeout(timer);
      name = undefined;
      refused = undefined;
      feed.end();
    },
  };
}
