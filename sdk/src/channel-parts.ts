/** What a channel consists of: messages at once, and what is loaded beside them or when it is first used. */
import type { ChannelParts } from './channel.ts';
import { type Lazy, lazy } from './internal/lazy.ts';
import type { Rest } from './internal/rest.ts';
import type { TopicListener } from './internal/topic-listeners.ts';
import type { LaterNouns } from './later.ts';
import { createMessages, type MessagesDeps, sendMessage } from './messages.ts';
import type { SoonNouns, SoonParts } from './soon.ts';
import { createTyping } from './typing.ts';

export interface PartsDeps extends MessagesDeps {
  rest: Rest;
  soon: Lazy<SoonNouns>;
  later: Lazy<LaterNouns>;
  userId(): string | null;
}

/** @param changed called when the channel itself was changed */
export function createParts(deps: PartsDeps, channelId: string, changed: () => Promise<void>): ChannelParts {
  const { soon, later, feeds } = deps;
  const topic = { subscribe: (listener: TopicListener) => feeds.of(channelId).listen(listener) };
  const typing = createTyping((isTyping) => feeds.all.get(channelId)?.sendTyping(isTyping));
  const write = <T>(act: (parts: SoonParts) => Promise<T>): Promise<T> =>
    soon.use((code) => act(code.createParts(channelId)));
  const parts = lazy(async () => (await later.get()).createParts(channelId, topic, changed), deps.userId);

  return {
    ...parts.calls(
      'verbs',
      'join',
      'leave',
      'markUnread',
      'update',
      'archive',
      'unarchive',
      'delete',
      'transfer',
      'setSettings',
    ),
    messages: {
      ...createMessages(deps, channelId, typing.stop),
      ...parts.calls('messages', 'listEdits'),
      edit: (seq, changes) => write(({ messages }) => messages.edit(seq, changes)),
      delete: (seq) => write(({ messages }) => messages.delete(seq)),
    },
    thread(rootSeq) {
      const part = lazy(
        async () => ({ thread: (await later.get()).createThread(channelId, rootSeq) }),
        deps.userId,
      );
      return {
        channelId,
        rootSeq,
        // Queued like every message, also when there is no network to load anything.
        send: (body, { alsoInChannel = false, ...options } = {}) =>
          sendMessage(deps, { channelId, body, parentSeq: rootSeq, inChannel: alsoInChannel }, options),
        ...part.calls('thread', 'markRead', 'follow', 'unfollow'),
        subscribe: part.subscribe('thread', 'loadOlder', 'loadNewer', 'jumpTo', 'backToNewest'),
      };
    },
    members: {
      ...parts.calls('members', 'list', 'add', 'remove', 'ban', 'unban', 'listBans', 'setRole'),
      subscribe: parts.subscribe('members', 'loadMore'),
    },
    reactions: {
      ...parts.calls('reactions', 'list'),
      add: (seq, emoji, options) => write(({ reactions }) => reactions.add(seq, emoji, options)),
      remove: (seq, emoji) => write(({ reactions }) => reactions.remove(seq, emoji)),
    },
    pins: { ...parts.calls('pins', 'list', 'add', 'remove'), subscribe: parts.subscribe('pins') },
    receipts: {
      ...parts.calls('receipts', 'list', 'markDelivered'),
      subscribe: parts.subscribe('receipts'),
    },
    files: parts.calls('files', 'upload', 'list', 'remove'),
    typing,
  };
}
