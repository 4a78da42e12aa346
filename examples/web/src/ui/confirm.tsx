/** A question before something that cannot be undone. */
import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { errorText } from './error-text.ts';

interface Props {
  title: string;
  /** What the button says that does it. */
  action: string;
  children: ReactNode;
  onClose(): void;
  onConfirm(): Promise<void>;
}

export function Confirm({ title, action, children, onClose, onConfirm }: Props) {
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);

  async function confirm() {
    setIsBusy(true);
    setError('');
    try {
      await onConfirm();
      onClose();
    } catch (refusal) {
      setError(errorText(refusal));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <p className="error" role="alert">
        {error}
      </p>
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="danger" disabled={isBusy} onClick={confirm}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
