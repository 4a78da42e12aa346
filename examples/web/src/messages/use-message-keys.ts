/** The keyboard in a list of messages: arrows walk, letters act on the message that has the focus. */
import type { Message } from '@confab/sdk';
import type { KeyboardEvent } from 'react';
import { useMe } from '../me.ts';
import { showBeside } from '../place.ts';
import { useMessageContext } from './message-context.ts';

export function useMessageKeys(messages: readonly Message[]) {
  const { userId } = useMe();
  const { isThread, setEditing, askToDelete } = useMessageContext();

  return (event: KeyboardEvent<HTMLElement>) => {
    const from = event.target;
    if (!(from instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(TEXTAREA|INPUT)$/.test(from.tagName) || from.closest('[popover]')) return;
    const articles = [...event.currentTarget.querySelectorAll<HTMLElement>('article')];
    const here = from.closest('article');
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      const at = here ? articles.indexOf(here) : articles.length;
      articles[event.key === 'ArrowUp' ? Math.max(at - 1, 0) : at + 1]?.focus();
      return;
    }
    const message = messages.find(({ id }) => here?.closest('li')?.id === `message-${id}`);
    if (!message || from !== here || message.seq === null || message.deletedAt) return;
    const isOwn = message.author?.id === userId;
    const { seq } = message;
    const action: (() => void) | undefined = {
      r: () => !isThread && showBeside({ thread: seq }),
      e: () => isOwn && setEditing(message.id),
      delete: () => isOwn && askToDelete(message),
      enter: () => here.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click(),
    }[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  };
}
