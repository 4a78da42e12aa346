/** What follows the first screen, writing and being present: one piece of code, fetched as soon as a chat is made. */
import type { Sessions } from './auth.ts';
import { createDrafts } from './drafts.ts';
import { ChatError } from './errors.ts';
import { createDeliveries } from './internal/deliveries.ts';
import { createExitCall } from './internal/exit-call.ts';
import type { Feeds } from './internal/feeds.ts';
import { createHeartbeat } from './internal/heartbeat.ts';
import type { Lazy } from './internal/lazy.ts';
import type { MessageCalls } from './internal/message-calls.ts';
import { createMessageWrites } from './internal/message-writes.ts';
import { createNotedStore } from './internal/noted-store.ts';
import { createOutbox } from './internal/outbox.ts';
import { createOutboxStore, type OutboxStore } from './internal/outbox-store.ts';
import type { Overlays } from './internal/overlays.ts';
import { recount } from './internal/recount.ts';
import type { Rest } from './internal/rest.ts';
import { createSidelines } from './internal/sidelines.ts';
import { createTypists } from './internal/typists.ts';
import type { LaterNouns } from './later.ts';
import { createMessageChanges } from './message-changes.ts';
import { createReactions } from './reactions.ts';

export type SoonNouns = ReturnType<typeof createSoonNouns>;
export type SoonParts = ReturnType<SoonNouns['createParts']>;

export function createSoonNouns(deps: {
  supabase: Parameters<typeof createExitCall>[0];
  auth: Sessions;
  rest: Rest;
  calls: MessageCalls;
  overlays: Overlays;
  feeds: Pick<Feeds, 'all'>;
  later: Lazy<LaterNouns>;
  outboxStore: OutboxStore | undefined;
  /** Throws when it is somebody else who is signed in by now. */
  requireUser(id: string): Promise<void>;
}) {
  const { rest, later } = deps;
  const writes = createMessageWrites(rest);

  /** Code that does not arrive although the server answers is there no more: no reason to hold up what else is sent. */
  async function uploads(channelId: string): Promise<LaterNouns> {
    try {
      return await later.get();
    } catch {
      await deps.calls.state(channelId);
      return later.get().catch((cause: unknown) => {
        throw new ChatError('internal_error', 'unable to send message; a part of the SDK is missing', {
          cause,
        });
      });
    }
  }

  return {
    outbox: createOutbox({
      store: createNotedStore(deps.outboxStore ?? createOutboxStore()),
      get: deps.calls.get,
      async post(message, progress) {
        await deps.requireUser(message.author.id);
        if (message.files.length > 0) await (await uploads(message.channelId)).uploadFiles(message, progress);
        return writes.send(message);
      },
    }),
    drafts: createDrafts({ server: later }),
    deliveries: createDeliveries(rest),
    recount,
    heartbeat: createHeartbeat({
      rest,
      feeds: deps.feeds.all,
      everyone: { note: (epoch) => later.ifUsed((nouns) => nouns.noteEveryone(epoch)) },
      callAtExit: createExitCall(deps.supabase, deps.auth),
    }),
    createSidelines,
    createTypists,
    createParts: (channelId: string) => ({
      messages: createMessageChanges({ ...deps, writes }, channelId),
      reactions: createReactions(deps, channelId),
    }),
  };
}
