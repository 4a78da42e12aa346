/** Follows a story in the words of a document, and holds the rows against what each step leaves in all of them. */
import { expect } from 'vitest';
import { type Rows, rowsOf } from './rows.ts';
import type { Actor, Acts, Telling } from './telling.ts';

export interface Scene {
  place: string;
  ada: Actor;
  bob: Actor;
  cleo: Actor;
  /** An admin of the platform, who is no part of it. */
  root: Actor;
  /** Of the messages, by their first words. */
  ids: Record<string, string>;
}

export interface Step {
  title: string;
  /** Does it where the document has the act, and says of the rows what is different then. */
  run(telling: Telling, scene: Scene): Promise<((rows: Rows) => void) | undefined>;
}

export const step = <Act extends keyof Acts>(
  title: string,
  act: Act,
  tell: (act: Acts[Act], scene: Scene) => Promise<unknown>,
  leave: (rows: Rows) => void,
): Step => ({
  title,
  async run(telling, scene) {
    const told: unknown = telling[act];
    if (typeof told === 'string') return undefined;
    await tell(told as Acts[Act], scene);
    return leave;
  },
});

/** Ada, Bob and Cleo, who have signed up and in, and of whom none has said anything. */
export const beginning = (channel: Rows['channel']): Rows => ({
  channel,
  members: {},
  messages: [],
  read: {},
  notifications: { Ada: [], Bob: [], Cleo: [] },
  presence: { Ada: 'online', Bob: 'online', Cleo: 'online' },
  accounts: { Ada: 'user, with a password', Bob: 'user, with a password', Cleo: 'user, with a password' },
  // One of the registration.
  sessions: { Ada: 2, Bob: 2, Cleo: 2 },
});

/** Expects the rows of the beginning, and after each step what it changes. */
export async function follow(story: Step[], telling: Telling, scene: Scene, rows: Rows): Promise<void> {
  const people = [scene.ada, scene.bob, scene.cleo];
  expect(await rowsOf(scene.place, people), 'the beginning').toEqual(rows);
  for (const { title, run } of story) {
    const leave = await run(telling, scene);
    if (!leave) continue;
    leave(rows);
    expect(await rowsOf(scene.place, people), title).toEqual(rows);
  }
}
