/** A field with a list of options under it, walked through by arrow keys, as screen readers know it from comboboxes. */
import { type KeyboardEvent, useEffect, useId, useState } from 'react';

export interface Options {
  /** Position of the option that Enter takes. */
  active: number;
  /** For the field. */
  field: {
    role: 'combobox';
    'aria-expanded': boolean;
    'aria-controls': string;
    'aria-activedescendant': string | undefined;
    'aria-autocomplete': 'list';
  };
  listId: string;
  optionId(index: number): string;
  pick(index: number): void;
  /** Whether the key was one for the list. */
  onKey(event: KeyboardEvent): boolean;
}

/**
 * @param options what stands for each of them
 * @param keys what picks one
 */
export function useOptions(
  options: readonly string[],
  onPick: (index: number) => void,
  keys = ['Enter'],
): Options {
  const [active, setActive] = useState(0);
  const listId = useId();
  const count = options.length;
  const offered = options.join();
  const optionId = (index: number) => `${listId}-${index}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: other options begin at the first again.
  useEffect(() => setActive(0), [offered]);
  useEffect(() => {
    document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [listId, active]);

  return {
    active,
    listId,
    optionId,
    pick: onPick,
    field: {
      role: 'combobox',
      'aria-expanded': count > 0,
      'aria-controls': listId,
      'aria-activedescendant': count > 0 ? optionId(active) : undefined,
      'aria-autocomplete': 'list',
    },
    onKey(event) {
      if (count === 0 || event.nativeEvent.isComposing) return false;
      if (event.key === 'ArrowDown') setActive((active + 1) % count);
      else if (event.key === 'ArrowUp') setActive((active + count - 1) % count);
      else if (keys.includes(event.key) && !event.shiftKey) onPick(active);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
