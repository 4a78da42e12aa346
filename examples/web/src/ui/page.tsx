/** A page of its own beside the list of conversations, such as the threads. */
import type { ReactNode } from 'react';
import { HOME } from '../place.ts';
import { Icon, type IconName } from './icon.tsx';

interface Props {
  icon: IconName;
  title: string;
  subtitle?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ icon, title, subtitle, actions, children }: Props) {
  return (
    <main className="sheet">
      <header className="bar">
        <a className="icon-button back" href={HOME} aria-label="Back to all conversations">
          <Icon name="back" />
        </a>
        <Icon name={icon} />
        <div className="title">
          <h1>{title}</h1>
          {subtitle && <p>{subtitle}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      <div className="scroll page-body">{children}</div>
    </main>
  );
}
