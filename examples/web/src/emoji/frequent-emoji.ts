/** The emoji somebody uses, remembered in this browser. */
import type { Emoji } from './emoji-list.ts';

const KEY = 'confab.emoji';
const SHOWN = 8;
const FIRST = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '✅', '🚀'];

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((entry) => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

/** The latest first, filled up with what most people use. */
export const frequentEmoji = (count = SHOWN): Emoji[] =>
  [...new Set([...read(), ...FIRST])].slice(0, count).map((emoji) => ({ emoji, words: emoji }));

export function noteEmoji(emoji: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set([emoji, ...read()])].slice(0, SHOWN)));
  } catch {
    // A browser that stores nothing shows the usual ones.
  }
}
