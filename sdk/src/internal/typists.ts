/** Who is typing: heard from others, forgotten after a while, since a "stopped" can get lost. */
import type { User } from '../users.ts';

export interface Typists {
  readonly current: readonly User[];
  /**
   * Takes what a member said. Their client may have said anything, also in another's name: it counts only for somebody
   * who is here, which a liar among the members can still feign; so never build on it more than a line of text.
   */
  hear(event: Record<string, unknown>, myId: string | null, online: readonly string[]): void;
  /** Forgets those who are no longer here. */
  keep(online: readonly string[]): void;
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
    hear({ user: said, isTyping }, myId, online) {
      const user = toTypist(said);
      if (!user || user.id === myId || !online.includes(user.id)) return;
      if (!isTyping) {
        forget(user.id);
        return;
      }
      clearTimeout(typists.get(user.id)?.timer);
      typists.set(user.id, { user, timer: setTimeout(() => forget(user.id), FORGET_AFTER_MS) });
      update();
    },
    forget,
    keep(online) {
      for (const id of typists.keys()) if (!online.includes(id)) forget(id);
    },
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
