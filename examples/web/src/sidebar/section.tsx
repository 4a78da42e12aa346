/** A part of the list with a title, and a button for one more of its kind. */
import { type ReactNode, useId } from 'react';
import { Icon } from '../ui/icon.tsx';

interface Props {
  title: string;
  /** What the button at its side does; none without it. */
  more?: { label: string; onClick(): void };
  children: ReactNode;
}

export function Section({ title, more, children }: Props) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <div className="section-title">
        <h2 id={titleId}>{title}</h2>
      </div>
      {more && (
        <button
          type="button"
          className="icon-button"
          aria-label={more.label}
          title={more.label}
          onClick={more.onClick}
        >
          <Icon name="plus" />
        </button>
      )}
      {children}
    </section>
  );
}
