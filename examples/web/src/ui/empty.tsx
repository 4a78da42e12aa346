/** What a list says when there is nothing in it. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}
