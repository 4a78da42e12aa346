/** The letters that act on the message that has the focus. */
import type { Message } from '@confab/sdk';
import type { KeyboardEvent } from 'react';
import { useVerbs } from './use-verbs.ts';

export function useVerbKeys(message: Message) {
  const { reply, edit, remove, markUnread } = useVerbs(message);
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const more = () => event.currentTarget.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click();
    const verb = { r: reply, e: edit, delete: remove, u: markUnread, enter: more }[event.key.toLowerCase()];
    if (!verb) return;
    event.preventDefault();
    verb();
  };
}
