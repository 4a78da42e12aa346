/** A window over the page: the browser's own, which keeps the focus inside and gives it back. */
import { type ReactNode, useId, useRef } from 'react';
import { Icon } from './icon.tsx';
import { Toasts } from './toasts.tsx';
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
  /** Whether the pointer went down there, too: a text that is selected may end on it. */
  const isFromBackdrop = useRef(false);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the backdrop is for pointers; Escape and the button are for keys.
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={titleId}
      // The picker of a field for files tells its cancelling here, too.
      onCancel={(event) => event.target === dialog.current && onClose()}
      onPointerDown={(event) => {
        isFromBackdrop.current = event.target === dialog.current;
      }}
      onClick={(event) => event.target === dialog.current && isFromBackdrop.current && onClose()}
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
      <Toasts />
    </dialog>
  );
}
