/** The topic that everyone signed in hears, which moves when somebody is shut out. */
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
  const moveSoon = () => feed.reopenWithin(SPREAD_MS);

  const feed = createTopicFeed({
    realtime,
    async topic() {
      name = await rest.run('find the topic of presence', rest.client.rpc('get_presence_topic'));
      return name;
    },
    onEvent(event) {
      if (event === 'presence:moved') moveSoon();
    },
  });

  return {
    subscribe: feed.subscribe,
    note(epoch) {
      if (name !== undefined && name !== `presence:${epoch}`) moveSoon();
    },
    end() {
      name = undefined;
      feed.end();
    },
  };
}
