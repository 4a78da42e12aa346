/** A text field as high as its text. */
import { type RefObject, useLayoutEffect } from 'react';

export function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    // Only a field that was made small first tells how much room its text needs.
    if (!field.current || text === undefined) return;
    field.current.style.height = 'auto';
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [field, text]);
}
