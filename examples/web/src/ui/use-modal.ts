/** A `<dialog>` that is open for as long as it is in the page, and gives the focus back when it goes. */
import { type RefObject, useLayoutEffect, useRef } from 'react';
import { keepFocus } from './keep-focus.ts';

export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect, because it ends while the dialog is still in the page and can be closed.
  useLayoutEffect(() => {
    const element = dialog.current;
    const giveBack = keepFocus();
    element?.showModal();
    return () => {
      element?.close();
      giveBack();
    };
  }, []);
  return dialog;
}
