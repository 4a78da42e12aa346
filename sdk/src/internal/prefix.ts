/** Text that people typed, as the beginning of names in a filter of the Data API. */

/** `"ada%"` for `ilike`, with nothing in it that means something else there; null when nothing is left. */
export function prefixPattern(text: string): string | null {
  const prefix = text.trim().replaceAll(/[\\%_]/g, '\\$&');
  if (prefix === '') return null;
  // A star is another word for the percent sign that cannot be escaped; any one character comes closest.
  const quoted = prefix.replaceAll('*', '_').replaceAll(/["\\]/g, '\\$&');
  return `"${quoted}%"`;
}
