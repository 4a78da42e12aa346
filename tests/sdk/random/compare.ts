/** What every device shows, beside what the database has. */
import { isDeepStrictEqual } from 'node:util';
import type { Message } from '../../../sdk/src/index.ts';
import { asUser, type Db, database } from '../../helpers/database.ts';
import type { Actor } from './actor.ts';

/** A message as both sides can name it. */
type Fact = Record<string, unknown> & { seq: number };

interface Row {
  id: string;
  seq: string;
  author_id: string | null;
  kind: string;
  body: string;
  custom: object;
  parent_seq: string | null;
  in_channel: boolean;
  change: string;
  edited_at: Date | null;
  deleted_at: Date | null;
  reply_count: number;
  reply_user_ids: string[];
  reaction_counts: Record<string, number>;
  pinned_at: Date | null;
  mine: string[];
}

const fromMessage = (message: Message): Fact => ({
  id: message.id,
  seq: message.seq ?? -1,
  author: message.author?.id ?? null,
  kind: message.kind,
  body: message.body,
  custom: message.custom,
  parentSeq: message.parentSeq,
  inChannel: message.inChannel,
  change: message.change,
  isEdited: message.editedAt !== null,
  isDeleted: message.deletedAt !== null,
  replyCount: message.replyCount,
  replyUserIds: message.replyUserIds,
  reactions: message.reactions.map(({ emoji, count, isMine }) => `${emoji} ${count} ${isMine}`).sort(),
  isPinned: message.pinnedAt !== null,
  status: message.status,
});

const fromRow = (row: Row): Fact => ({
  id: row.id,
  seq: Number(row.seq),
  author: row.author_id,
  kind: row.kind,
  body: row.body,
  custom: row.custom,
  parentSeq: row.parent_seq === null ? null : Number(row.parent_seq),
  inChannel: row.in_channel,
  change: Number(row.change),
  isEdited: row.edited_at !== null,
  isDeleted: row.deleted_at !== null,
  replyCount: row.reply_count,
  replyUserIds: row.reply_user_ids,
  reactions: Object.entries(row.reaction_counts)
    .map(([emoji, count]) => `${emoji} ${count} ${row.mine.includes(emoji)}`)
    .sort(),
  isPinned: row.pinned_at !== null,
  status: 'sent',
});

const factsFor = async (actor: Actor, channelId: string): Promise<Fact[]> => {
  const rows = await database<Row[]>`
    select m.*, array(select r.emoji from chat.reactions r
                       where r.channel_id = m.channel_id and r.seq = m.seq and r.user_id = ${actor.id}) as mine
      from chat.messages m where m.channel_id = ${channelId} order by m.seq`;
  return rows.map(fromRow);
};

/** The first difference between what a person sees and what is; null when there is none. */
export async function difference(actor: Actor): Promise<string | null> {
  const mine = await myChannels(actor);
  const listed = actor.list;
  if (listed?.connection !== 'live') return `${actor.name}: the list of channels is ${listed?.connection}`;
  const shown = new Map(listed.channels.map((channel) => [channel.id, channel]));
  if (shown.size !== mine.length)
    return `${actor.name}: ${shown.size} channels are listed and not ${mine.length}`;
  for (const row of mine) {
    const channel = shown.get(row.id);
    const counts = [channel?.unreadCount, channel?.mentionCount, channel?.lastReadSeq];
    const real = [row.unread_count, row.mention_count, row.last_read_seq].map(Number);
    if (!isDeepStrictEqual(counts, real)) return `${actor.name}: counts are ${counts} and not ${real}`;
  }
  const memberOf = new Set(mine.map(({ id }) => id));
  for (const [channelId, { state }] of actor.views) {
    const expected = memberOf.has(channelId) ? 'live' : 'ended';
    if (state.connection !== expected)
      return `${actor.name}: a channel is ${state.connection} and not ${expected}`;
    if (expected === 'ended') continue;
    const facts = (await factsFor(actor, channelId)).filter(({ inChannel }) => inChannel);
    const found = compareWindow(state.messages, facts, state);
    if (found) return `${actor.name} in a channel: ${found}`;
  }
  for (const { channelId, rootSeq, state } of actor.threads.values()) {
    if (!memberOf.has(channelId)) continue;
    const facts = await factsFor(actor, channelId);
    const root = facts.find(({ seq }) => seq === rootSeq);
    if (!state.root || !isDeepStrictEqual(fromMessage(state.root), root)) {
      return `${actor.name}: the root of a thread is ${JSON.stringify(state.root)} and not ${JSON.stringify(root)}`;
    }
    const replies = facts.filter(({ parentSeq }) => parentSeq === rootSeq);
    const found = compareWindow(state.replies, replies, state);
    if (found) return `${actor.name} in a thread: ${found}`;
  }
  return null;
}

function compareWindow(
  messages: readonly Message[],
  facts: readonly Fact[],
  { hasOlder, hasNewer }: { hasOlder: boolean; hasNewer: boolean },
): string | null {
  // What was refused stays with its author until they give it up.
  const sent = messages.filter(({ status }) => status !== 'failed');
  const first = sent[0]?.seq ?? 0;
  const last = sent.at(-1)?.seq ?? 0;
  const window = facts.filter(({ seq }) => (!hasOlder || seq >= first) && (!hasNewer || seq <= last));
  const shown = sent.map(fromMessage);
  for (const [place, fact] of window.entries()) {
    if (!isDeepStrictEqual(shown[place], fact)) {
      return `${JSON.stringify(shown[place])} and not ${JSON.stringify(fact)}`;
    }
  }
  if (shown.length > window.length)
    return `${JSON.stringify(shown[window.length])} is shown and does not exist`;
  return null;
}

async function myChannels(actor: Actor) {
  type Mine = { id: string; unread_count: string; mention_count: string; last_read_seq: string };
  const rows = await database.begin((db) =>
    asUser(
      db as Db,
      actor.id,
      (me) => me<Mine[]>`
      select id, unread_count, mention_count, last_read_seq from chat.my_channels`,
    ),
  );
  return [...(rows as Mine[])];
}
