/** Who reacted to a message with which emoji; the counts are on the message itself. */
import type { MessageCalls } from './internal/message-calls.ts';
import type { Overlays } from './internal/overlays.ts';
import type { Rest } from './internal/rest.ts';
import type { ReactionCount } from './messages.ts';
import type { User } from './users.ts';

export interface Reaction {
  /** A Unicode emoji, or a name such as `:party:`. */
  emoji: string;
  user: User;
  createdAt: Date;
}

export interface Reactions {
  /**
   * Reacts to a message, with `replace` instead of the caller's other reactions to it; no effect when it is there already.
   * An emoji has 1 to 32 characters without blanks, a message at most 50 different ones. Needs the capability `react`.
   * @throws `invalid_emoji`, `message_not_found`, `message_deleted`, `too_many_reactions`, `not_a_member`, `channel_archived`, `user_blocked`
   */
  add(seq: number, emoji: string, options?: { replace?: boolean }): Promise<void>;
  /** Takes the caller's reaction back, without an emoji all of them. @throws `message_not_found`, `not_a_member`, `channel_archived` */
  remove(seq: number, emoji?: string): Promise<void>;
  /** A page of reactions in the order they were given, at most 100; pass the last one to get the next. */
  list(seq: number, options?: { emoji?: string; after?: Reaction; limit?: number }): Promise<Reaction[]>;
}

export function createReactions(
  deps: { rest: Rest; overlays: Overlays; calls: MessageCalls },
  channelId: string,
): Omit<Reactions, 'list'> {
  const { overlays, calls } = deps;
  const { client, run } = deps.rest;
  return {
    async add(seq, emoji, { replace = false } = {}) {
      const isOther = (other: string) => replace && other !== emoji;
      await overlays.run(
        channelId,
        seq,
        (message) => ({ ...message, reactions: withMine(without(message.reactions, isOther), emoji) }),
        async () => {
          await run('react', client.rpc('add_reaction', { channel_id: channelId, seq, emoji, replace }));
          return calls.find(channelId, seq);
        },
      );
    },
    async remove(seq, emoji) {
      const which = emoji === undefined ? {} : { emoji };
      const isMeant = (other: string) => emoji === undefined || other === emoji;
      await overlays.run(
        channelId,
        seq,
        (message) => ({ ...message, reactions: without(message.reactions, isMeant) }),
        async () => {
          await run(
            'remove reaction',
            client.rpc('remove_reaction', { channel_id: channelId, seq, ...which }),
          );
          return calls.find(channelId, seq);
        },
      );
    },
  };
}

/** The counts once the caller has reacted. */
function withMine(counts: readonly ReactionCount[], emoji: string): readonly ReactionCount[] {
  const known = counts.find((one) => one.emoji === emoji);
  if (!known) return [...counts, { emoji, count: 1, isMine: true }];
  if (known.isMine) return counts;
  return counts.map((one) => (one === known ? { emoji, count: one.count + 1, isMine: true } : one));
}

/** The counts once the caller has taken some back. */
const without = (
  counts: readonly ReactionCount[],
  isMeant: (emoji: string) => boolean,
): readonly ReactionCount[] =>
  counts.flatMap((one) => {
    if (!one.isMine || !isMeant(one.emoji)) return [one];
    return one.count > 1 ? [{ ...one, count: one.count - 1, isMine: false }] : [];
  });
