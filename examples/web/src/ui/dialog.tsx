/** A window over the page: the browser's own, which keeps the focus inside and gives it back. */
import { type ReactNode, useId } from 'react';
import { Icon } from './icon.tsx';
import { useModal } from './use-modal.ts';

interface Props {
  title: string;
  className?: string;
  children: ReactNode;
  onClose(): void;
}

export function Dialog({ title, className, children, onClose }: Props) {
  const dialog = useModal();
  const titleId = useId();

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the backdrop is for pointers; Escape and the button are for keys.
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={titleId}
      onCancel={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-body">
        <header>
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
