/** The signed-in user's own topic. */
import type { User } from '../users.ts';
import type { Realtime } from './realtime.ts';
import { createTopicFeed, type TopicFeed } from './topic-feed.ts';
import type { TopicListener } from './topic-listeners.ts';

export type UserFeedHandlers = TopicListener;
export type UserFeed = TopicFeed;

export const createUserFeed = (deps: { realtime: Realtime; me(): Promise<User> }): UserFeed =>
  createTopicFeed({ realtime: deps.realtime, topic: async () => `user:${(await deps.me()).id}` });
