/** Drafts as the server has them, from whatever device. */
import type { Draft, DraftsState } from '../drafts.ts';
import { putDraft } from './draft-list.ts';
import type { Subscription } from './emitter.ts';
import { type DraftRow, toDraft } from './item-rows.ts';
import { createLiveValue } from './live-value.ts';
import type { Rest } from './rest.ts';
import type { UserFeed } from './user-feed.ts';

export interface SavedDrafts {
  /** Resolves once the server has it and `subscribe` shows it. */
  save(draft: Draft): Promise<void>;
  /** Calls back with the last 200 and then at every change. */
  subscribe(listener: (state: DraftsState) => void): Subscription;
  end(): void;
}

const LIMIT = 200;

export function createSavedDrafts({ rest, userFeed }: { rest: Rest; userFeed: UserFeed }): SavedDrafts {
  const { client, run } = rest;
  const live = createLiveValue<{ drafts: readonly Draft[] }>({
    feed: userFeed,
    initial: { drafts: [] },
    async load() {
      const rows = client.from('drafts').select().order('updated_at', { ascending: false }).limit(LIMIT);
      return { drafts: (await run('list drafts', rows)).map(toDraft) };
    },
    apply: (value, event, payload) =>
      event === 'draft:saved'
        ? { drafts: putDraft(value.drafts, toDraft(payload as unknown as DraftRow)) }
        : value,
  });

  return {
    async save(draft) {
      const { channelId, parentSeq, body, custom } = draft;
      await run(
        'save draft',
        client.rpc('save_draft', {
          channel_id: channelId,
          parent_seq: parentSeq ?? 0,
          body,
          custom: custom as never,
        }),
      );
      await live.change(({ drafts }) => ({ drafts: putDraft(drafts, draft) }));
    },
    subscribe: live.subscribe,
    end: live.end,
  };
}
