/** The list under a field whose options `useOptions` walks through. */
import type { ReactNode } from 'react';
import type { Options } from './use-options.ts';

interface Option {
  key: string;
  content: ReactNode;
}

interface Props {
  label: string;
  options: Options;
  list: readonly Option[];
  className?: string;
}

export function OptionList({ label, options, list, className = 'options' }: Props) {
  return (
    <div id={options.listId} className={className} role="listbox" aria-label={label}>
      {list.map(({ key, content }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field.
        <div
          key={key}
          id={options.optionId(index)}
          className="row"
          role="option"
          tabIndex={-1}
          aria-selected={index === options.active}
          // The focus stays in the field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => options.pick(index)}
        >
          {content}
        </div>
      ))}
    </div>
  );
}
