/** What the word before the cursor may become: a person after @, a channel after #, an emoji after :. */
import type { Channel, User } from '@confab/sdk';
import { useChannels } from '@confab/sdk/react';
import { type AriaAttributes, type KeyboardEvent, type RefObject, useState } from 'react';
import { type Emoji, findEmoji } from '../emoji/emoji-list.ts';
import { useMemberNames } from '../people/use-member-names.ts';
import { type Options, useOptions } from '../ui/use-options.ts';

export type Suggestion =
  | { kind: 'person'; key: string; insert: string; user: User }
  | { kind: 'group'; key: string; insert: string; text: string }
  | { kind: 'channel'; key: string; insert: string; name: string }
  | { kind: 'emoji'; key: string; insert: string; emoji: Emoji };

const WORD = /(?:^|[\s(])([@#:])([\p{L}\p{N}_.+-]*)$/u;
const MOST = 8;
/** A colon stands in many texts; two letters after it mean an emoji. */
const EMOJI_LETTERS = 2;

export interface Completion {
  suggestions: readonly Suggestion[];
  options: Options;
  /** For the field, which stays a text box: what it completes is said, not shown as its value. */
  field: AriaAttributes;
  onSelect(): void;
  onKey(event: KeyboardEvent): boolean;
  close(): void;
}

export function useCompletion(
  field: RefObject<HTMLTextAreaElement | null>,
  channel: Channel,
  text: string,
  write: (text: string) => void,
): Completion {
  const [caret, setCaret] = useState(0);
  /** The text in which somebody closed the list. */
  const [closedIn, setClosedIn] = useState<string | null>(null);
  const [, sign = '', typed = ''] = (closedIn === text ? null : WORD.exec(text.slice(0, caret))) ?? [];
  const people = useMemberNames(channel, sign === '@' ? typed : null);
  const { channels } = useChannels();
  const suggestions = suggest();

  function suggest(): Suggestion[] {
    const word = typed.toLowerCase();
    if (sign === '@') {
      const groups = channel.can('mention_everyone') ? GROUPS.filter(({ key }) => key.startsWith(word)) : [];
      return [...people.map(toPerson), ...groups].slice(0, MOST);
    }
    if (sign === '#') {
      return channels
        .flatMap(({ slug, name }) => (slug?.includes(word) ? [{ slug, name }] : []))
        .slice(0, MOST)
        .map(({ slug, name }) => ({ kind: 'channel', key: slug, insert: `#${slug} `, name }));
    }
    if (sign !== ':' || word.length < EMOJI_LETTERS) return [];
    return findEmoji(word, MOST).map((emoji) => ({
      ...{ kind: 'emoji', key: emoji.emoji, emoji },
      insert: `${emoji.emoji} `,
    }));
  }

  function pick(index: number) {
    const suggestion = suggestions[index];
    if (!suggestion || !field.current) return;
    const start = caret - typed.length - 1;
    write(text.slice(0, start) + suggestion.insert + text.slice(caret));
    const end = start + suggestion.insert.length;
    // Once React has put the text there.
    requestAnimationFrame(() => field.current?.setSelectionRange(end, end));
    setCaret(end);
  }

  const options = useOptions(
    suggestions.map(({ key }) => key),
    pick,
    ['Enter', 'Tab'],
  );
  const close = () => setClosedIn(text);
  const isOpen = suggestions.length > 0;

  return {
    suggestions,
    options,
    field: isOpen ? ariaOf(options.field) : {},
    onSelect: () => setCaret(field.current?.selectionStart ?? 0),
    close,
    onKey(event) {
      if (!isOpen) return false;
      if (event.key !== 'Escape') return options.onKey(event);
      event.preventDefault();
      close();
      return true;
    },
  };
}

function ariaOf({ role: _, 'aria-expanded': __, ...aria }: Options['field']): AriaAttributes {
  return { ...aria, 'aria-haspopup': 'listbox' };
}

const GROUPS: readonly Suggestion[] = [
  { kind: 'group', key: 'channel', insert: '@channel ', text: 'Everybody in this channel' },
  { kind: 'group', key: 'here', insert: '@here ', text: 'Everybody who is here now' },
];

const toPerson = (user: User): Suggestion => ({
  ...{ kind: 'person', key: user.id, user },
  insert: `@${user.username} `,
});
