/** Changes of the text in a field that the browser's undo knows about. */

export const FORMAT_KEYS: Record<string, string> = { b: '**', i: '_', e: '`' };

/** Puts a text where the cursor is, instead of what is selected. */
export function insertText(field: HTMLTextAreaElement, text: string): void {
  field.focus();
  // Deprecated, and still the only way that leaves the undo history whole.
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Puts a mark around what is selected; around nothing, it leaves the cursor between two. */
export function wrapSelection(field: HTMLTextAreaElement, mark: string): void {
  const { selectionStart: start, selectionEnd: end, value } = field;
  insertText(field, `${mark}${value.slice(start, end)}${mark}`);
  const from = start + mark.length;
  field.setSelectionRange(from, from + end - start);
}
