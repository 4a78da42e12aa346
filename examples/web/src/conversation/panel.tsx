/** The sheet beside a conversation, for what belongs to it; over it where there is no room for both. */
import { type ReactNode, useEffect, useId } from 'react';
import { closeBeside } from '../place.ts';
import { Icon } from '../ui/icon.tsx';

interface Props {
  title: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, subtitle, actions, children }: Props) {
  const titleId = useId();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      // A window that is open over the page is what Escape closes first.
      if (!document.querySelector('dialog[open], :popover-open')) closeBeside();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <aside className="sheet panel" aria-labelledby={titleId}>
      <header className="bar">
        <div className="title">
          <h2 id={titleId}>{title}</h2>
          {subtitle && <p>{subtitle}</p>}
        </div>
        {actions}
        <button type="button" className="icon-button" aria-label={`Close ${title}`} onClick={closeBeside}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  );
}
