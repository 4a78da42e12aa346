/** What is written before the code of drafts has come. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDrafts, type OwnDrafts } from '../../sdk/src/drafts.ts';
import { newDraft } from '../../sdk/src/internal/draft-list.ts';
import { readDrafts, writeDrafts } from '../../sdk/src/internal/draft-store.ts';
import { createEarlyDrafts } from '../../sdk/src/internal/early-drafts.ts';
import { lazy } from '../../sdk/src/internal/lazy.ts';

const place = { channelId: 'c' };

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
});

afterEach(() => vi.unstubAllGlobals());

/** Drafts whose code comes when the test says so, and what the server was told. */
function earlyDrafts() {
  const saved: string[] = [];
  const save = async ({ body }: { body: string }) => void saved.push(body);
  const real = createDrafts({
    server: lazy(async () => ({ drafts: { save, subscribe: () => ({ unsubscribe() {} }), end() {} } })),
  });
  let arrive = (_code: { drafts: OwnDrafts }): void => {};
  const code = lazy(
    () =>
      new Promise<{ drafts: OwnDrafts }>((resolve) => {
        arrive = resolve;
      }),
  );
  const arrived = code.get();
  const drafts = createEarlyDrafts(code);
  return {
    drafts,
    saved,
    async arrive() {
      arrive({ drafts: real });
      await arrived;
    },
  };
}

const bodiesOf = (userId: string) => [...readDrafts(userId).values()].map(({ body }) => body);

it('a draft of this device is read at once', () => {
  writeDrafts('ada', new Map([['c:0', newDraft(place, 'left')]]));
  const { drafts } = earlyDrafts();
  drafts.open('ada');
  expect(drafts.get(place)).toMatchObject({ body: 'left', parentSeq: null });
  expect(drafts.get({ channelId: 'c', parentSeq: 7 })).toBeNull();
});

it('what is written shows at once, is kept over a reload, and saved once the code is there', async () => {
  const { drafts, saved, arrive } = earlyDrafts();
  drafts.open('ada');
  drafts.set(place, 'hel');
  drafts.set(place, 'hello');
  expect(drafts.get(place)?.body).toBe('hello');
  expect(bodiesOf('ada')).toEqual(['hello']);
  await arrive();
  expect(drafts.get(place)?.body).toBe('hello');
  await drafts.flush();
  expect(saved.at(-1)).toBe('hello');
  expect(bodiesOf('ada')).toEqual([]);
  drafts.close();
});

it('whoever signs in next gets nothing of what the last user wrote, which stays theirs', async () => {
  const { drafts, saved, arrive } = earlyDrafts();
  drafts.open('ada');
  drafts.set(place, 'private');
  drafts.end();
  drafts.open('bob');
  expect(drafts.get(place)).toBeNull();
  await arrive();
  expect(drafts.get(place)).toBeNull();
  expect(bodiesOf('bob')).toEqual([]);
  expect(bodiesOf('ada')).toEqual(['private']);
  expect(saved).not.toContain('private');
  drafts.close();
});
