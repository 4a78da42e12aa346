/** A window to pick an emoji from, by eye or by word. */
import { type KeyboardEvent, useRef, useState } from 'react';
import { type Anchor, Popover } from '../ui/popover.tsx';
import { EMOJI, type Emoji, findEmoji } from './emoji-list.ts';
import { frequentEmoji, noteEmoji } from './frequent-emoji.ts';

interface Props {
  anchor: Anchor;
  onPick(emoji: string): void;
  onClose(): void;
}

const COLUMNS = 8;

export function EmojiPicker({ anchor, onPick, onClose }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const groups =
    typed.trim() === ''
      ? [{ group: 'Often used', list: frequentEmoji() }, ...EMOJI]
      : [{ group: 'Found', list: findEmoji(typed, 64) }];

  function pick(emoji: string) {
    noteEmoji(emoji);
    onPick(emoji);
    onClose();
  }

  function move(event: KeyboardEvent) {
    event.stopPropagation();
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    const isInField = event.target === field.current;
    if (step === undefined || (isInField && Math.abs(step) === 1)) return;
    event.preventDefault();
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (isInField) buttons[0]?.focus();
    else if (at + step < 0) field.current?.focus();
    else buttons[Math.min(at + step, buttons.length - 1)]?.focus();
  }

  return (
    <Popover
      anchor={anchor}
      label="Pick an emoji"
      className="picker"
      focus={field}
      onClose={onClose}
      onKeyDown={move}
    >
      <input
        ref={field}
        inputMode="search"
        aria-label="Find an emoji"
        placeholder="Find an emoji"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          const first = groups[0]?.list[0];
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          // It would reach the field or the button that gets the focus next.
          event.preventDefault();
          if (first) pick(first.emoji);
        }}
      />
      <div ref={grid} className="grid">
        {groups.map(({ group, list }) => (
          <Group key={group} name={group} list={list} onPick={pick} />
        ))}
        {groups[0]?.list.length === 0 && <h3>Nothing is called that.</h3>}
      </div>
    </Popover>
  );
}

function Group({
  name,
  list,
  onPick,
}: {
  name: string;
  list: readonly Emoji[];
  onPick(emoji: string): void;
}) {
  return (
    <>
      {list.length > 0 && <h3>{name}</h3>}
      {list.map(({ emoji, words }) => (
        <button key={emoji} type="button" aria-label={words} title={words} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </>
  );
}
