/** Text that people typed, as the beginning of names in a filter of the Data API. */

/** `"ada%"` for `ilike`, with nothing in it that means something else there; null when nothing is left. */
export function prefixPattern(text: string): string | null {
  const prefix = text
    .trim()
    .replaceAll(/[\\%_]/g, '\\$&')
    .replaceAll(/["(),]/g, '');
  return prefix === '' ? null : `"${prefix}%"`;
}
