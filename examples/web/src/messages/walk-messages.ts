/** The arrow keys in a list of messages: the focus walks from one to the next. */
import type { KeyboardEvent } from 'react';

export function walkMessages(event: KeyboardEvent<HTMLElement>): void {
  const from = event.target;
  if (!(from instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(TEXTAREA|INPUT)$/.test(from.tagName) || from.closest('[popover]')) return;
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  event.preventDefault();
  const articles = [...event.currentTarget.querySelectorAll<HTMLElement>('article')];
  const here = from.closest('article');
  const at = here ? articles.indexOf(here) : articles.length;
  articles[event.key === 'ArrowUp' ? Math.max(at - 1, 0) : at + 1]?.focus();
}
