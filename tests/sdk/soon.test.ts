/** The queue when a part of the SDK is not there any more, as after a new version of the app. */
import { expect, it } from 'vitest';
import { lazy } from '../../sdk/src/internal/lazy.ts';
import { createMemoryStore } from '../../sdk/src/internal/outbox-store.ts';
import type { QueuedMessage } from '../../sdk/src/internal/queued-message.ts';
import { createSoonNouns } from '../../sdk/src/soon.ts';

const queued = (id: string, files: QueuedMessage['files'] = []): QueuedMessage => ({
  id,
  channelId: 'c',
  author: { id: 'ada', username: 'ada', name: 'Ada', avatarUrl: null },
  body: id,
  custom: {},
  parentSeq: null,
  inChannel: true,
  createdAt: new Date(0),
  files,
  refusal: null,
});

it('code for uploads that is gone fails the message that needs it, and holds up no other', async () => {
  const query: object = new Proxy({}, { get: () => () => query });
  const { outbox } = createSoonNouns({
    rest: {
      client: query,
      run: async () => [{ id: 'text', channel_id: 'c', seq: 1, reaction_counts: {}, files: [] }],
    },
    supabase: {},
    sessions: {},
    calls: { state: async () => null },
    feeds: { all: new Map() },
    later: lazy(() => Promise.reject(new Error('404'))),
    outboxStore: createMemoryStore(),
    requireUser: async () => {},
  } as unknown as Parameters<typeof createSoonNouns>[0]);
  outbox.open('ada');
  const info = {
    id: 'f',
    channelId: 'c',
    path: 'c/f',
    name: 'f',
    mimeType: '',
    size: 1,
    width: null,
    height: null,
  };
  const withFile = outbox.send(queued('file', [{ info, blob: new Blob(['x']) }]));
  const text = outbox.send(queued('text'));
  await expect(withFile).rejects.toMatchObject({ code: 'internal_error' });
  expect((await text).id).toBe('text');
  expect(outbox.pending('c')).toMatchObject([{ id: 'file', status: 'failed' }]);
});
