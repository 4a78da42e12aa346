/** When a client beats and what it says, with the clock and the browser in the test's hands. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createHeartbeat } from '../../sdk/src/internal/heartbeat.ts';
import type { Rest } from '../../sdk/src/internal/rest.ts';

interface Call {
  name: string;
  args: Record<string, unknown>;
}

/** Everything a heartbeat touches; `isBrowser` gives it a window to listen to. */
function heartOver({ isBrowser = false } = {}) {
  const target = new EventTarget();
  if (isBrowser) {
    vi.stubGlobal('document', new EventTarget());
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
  }
  const calls: Call[] = [];
  const goodbyes: Call[] = [];
  const notes = new Map<string, unknown[]>([
    ['here', []],
    ['gone', []],
  ]);
  const epochs: number[] = [];
  const rows = [
    { id: null, last_seq: null, last_change: null, epoch: 3 },
    { id: 'here', last_seq: 7, last_change: 2, epoch: 1 },
  ];
  const rpc = (name: string, args: Record<string, unknown>) => {
    calls.push({ name, args });
    const answer = Promise.resolve({ data: rows, error: null, status: 200 });
    return Object.assign(answer, { abortSignal: () => answer });
  };
  const rest = {
    client: { rpc },
    run: async (_operation: string, query: PromiseLike<{ data: unknown }>) => (await query).data,
  } as unknown as Rest;
  const feeds = new Map(
    [...notes].map(([id, heard]) => [id, { note: (level: unknown) => heard.push(level) }]),
  );
  const heartbeat = createHeartbeat({
    rest,
    feeds: feeds as never,
    everyone: { note: (epoch: number) => epochs.push(epoch) } as never,
    callAtExit: (name, args) => goodbyes.push({ name, args }),
  });
  const beats = () => calls.filter(({ name }) => name === 'heartbeat').map(({ args }) => args);
  const happen = (event: string) => target.dispatchEvent(new Event(event));
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
  return { heartbeat, calls, goodbyes, notes, epochs, beats, happen, pass };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('beats at once and then every 25 s, always as the same client, until it stops', async () => {
  const { heartbeat, beats, pass } = heartOver();
  await pass(60);
  expect(beats()).toEqual([]);
  heartbeat.start();
  await pass(50);
  expect(beats()).toHaveLength(3);
  expect(new Set(beats().map((args) => args.connection_id)).size).toBe(1);
  heartbeat.stop();
  await pass(60);
  expect(beats()).toHaveLength(3);
});

it('hands each channel on screen its level, and null for one the caller is not in', async () => {
  const { heartbeat, notes, epochs, beats, pass } = heartOver();
  heartbeat.start();
  await pass(1);
  expect(beats()[0]?.channel_ids).toEqual(['here', 'gone']);
  expect(notes.get('here')).toEqual([{ lastSeq: 7, lastChange: 2, epoch: 1 }]);
  expect(notes.get('gone')).toEqual([null]);
  expect(epochs).toEqual([3]);
});

it('in a browser tells of somebody only while there are signs of them', async () => {
  const { heartbeat, beats, happen, pass } = heartOver({ isBrowser: true });
  heartbeat.start();
  await pass(25);
  happen('keydown');
  await pass(25);
  expect(beats().map((args) => args.is_active)).toEqual([true, false, true]);
});

it('in a browser beats at once when somebody comes back after a long time, not at each of their moves', async () => {
  const { heartbeat, beats, happen, pass } = heartOver({ isBrowser: true });
  heartbeat.start();
  await pass(280);
  const before = beats().length;
  for (let move = 0; move < 50; move += 1) happen('pointermove');
  await pass(0);
  expect(
    beats()
      .slice(before)
      .map((args) => args.is_active),
  ).toEqual([true]);
});

it('elsewhere is in use until the app says otherwise, and then as the app says', async () => {
  const { heartbeat, beats, pass } = heartOver();
  heartbeat.start();
  await pass(25);
  heartbeat.setActive(false);
  await pass(25);
  heartbeat.setActive(true);
  await pass(0);
  expect(beats().map((args) => args.is_active)).toEqual([true, true, false, true]);
});

it('says that the tab closes, in a way that outlives it, and beats again when the tab comes back', async () => {
  const { heartbeat, beats, goodbyes, happen, pass } = heartOver({ isBrowser: true });
  heartbeat.start();
  await pass(1);
  happen('pagehide');
  expect(goodbyes).toEqual([{ name: 'go_offline', args: { connection_id: beats()[0]?.connection_id } }]);
  happen('pageshow');
  expect(beats()).toHaveLength(2);
});

it('says goodbye after the last beat, for this client or for the whole session', async () => {
  const { heartbeat, calls, pass } = heartOver();
  heartbeat.start();
  await heartbeat.goodbye('session');
  await heartbeat.end();
  await pass(60);
  const connection_id = calls[0]?.args.connection_id;
  expect(calls.slice(1)).toEqual([
    { name: 'go_offline', args: {} },
    { name: 'go_offline', args: { connection_id } },
  ]);
  await heartbeat.goodbye('session');
  expect(calls).toHaveLength(3);
});
