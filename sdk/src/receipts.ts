/** How far the members of a small channel are: what has reached them and what they have read. */
import type { Subscription } from './internal/emitter.ts';
import { createLiveValue } from './internal/live-value.ts';
import { type ReceiptRow, toReceipt } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { TopicSource } from './internal/topic-listeners.ts';
import type { Connection } from './messages.ts';

export interface Receipt {
  userId: string;
  /** Messages up to this seq have reached a device of theirs. */
  deliveredSeq: number;
  /** Messages up to this seq were read. */
  readSeq: number;
  /** When `readSeq` last rose; null before they have read anything. */
  readAt: Date | null;
}

export interface ReceiptsState {
  /** One per member who shares it; a new array at every change. */
  receipts: readonly Receipt[];
  connection: Connection;
}

/** There are none in channels of more than 100 members, nor of people who keep them to themselves (`preferences.shareReceipts`). */
export interface Receipts {
  /** All of them, at most 100. */
  list(): Promise<Receipt[]>;
  /** Says that messages up to a seq have reached this device. @throws `channel_not_found`, `not_a_member`, `invalid_seq` */
  markDelivered(seq: number): Promise<void>;
  /** Calls back with the receipts and then at every change. */
  subscribe(listener: (state: ReceiptsState) => void): Subscription;
}

const LIMIT = 100;

export function createReceipts(deps: { rest: Rest; channelId: string; topic: TopicSource }): Receipts {
  const { channelId } = deps;
  const { client, run } = deps.rest;

  async function list(): Promise<Receipt[]> {
    const rows = client.from('receipts').select().eq('channel_id', channelId).order('user_id').limit(LIMIT);
    return (await run('list receipts', rows)).map(toReceipt);
  }

  const live = createLiveValue<{ receipts: readonly Receipt[] }>({
    feed: deps.topic,
    initial: { receipts: [] },
    load: async () => ({ receipts: await list() }),
    apply(value, event, payload) {
      const { receipts } = value;
      if (event === 'receipt:updated') {
        const heard = toReceipt(payload as unknown as ReceiptRow);
        return { receipts: [...receipts.filter(({ userId }) => userId !== heard.userId), heard] };
      }
      if (event === 'member:left') {
        const { id } = payload.user as { id: string };
        return { receipts: receipts.filter(({ userId }) => userId !== id) };
      }
      return value;
    },
  });

  return {
    list,
    async markDelivered(seq) {
      await run('mark as delivered', client.rpc('mark_delivered', { channel_id: channelId, seq }));
    },
    subscribe: live.subscribe,
  };
}
