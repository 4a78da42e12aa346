/** Who is typing: heard from others, forgotten after a while, since a "stopped" can get lost. */
import type { User } from '../users.ts';

export interface Typists {
  readonly current: readonly User[];
  /** Takes what a member said: their client may have said anything. */
  hear(event: Record<string, unknown>, myId: string): void;
  forget(userId: string): void;
  clear(): void;
}

/** One second more than a typist may be silent before they count as stopped. */
const FORGET_AFTER_MS = 6_000;

export function createTypists(onChange: () => void): Typists {
  const typists = new Map<string, { user: User; timer: ReturnType<typeof setTimeout> }>();
  let current: readonly User[] = [];

  function update(): void {
    current = [...typists.values()].map(({ user }) => user);
    onChange();
  }

  function forget(userId: string): void {
    const typist = typists.get(userId);
    if (!typist) return;
    clearTimeout(typist.timer);
    typists.delete(userId);
    update();
  }

  return {
    get current() {
      return current;
    },
    hear({ user: said, isTyping }, myId) {
      const user = toTypist(said);
      if (!user || user.id === myId) return;
      if (!isTyping) {
        forget(user.id);
        return;
      }
      clearTimeout(typists.get(user.id)?.timer);
      typists.set(user.id, { user, timer: setTimeout(() => forget(user.id), FORGET_AFTER_MS) });
      update();
    },
    forget,
    clear() {
      for (const { timer } of typists.values()) clearTimeout(timer);
      typists.clear();
      current = [];
    },
  };
}

function toTypist(said: unknown): User | null {
  const { id, username, name, avatarUrl } = (said ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof username !== 'string' || typeof name !== 'string') return null;
  return { id, username, name, avatarUrl: typeof avatarUrl === 'string' ? avatarUrl : null };
}
