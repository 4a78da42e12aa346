/** Keeps over a reload what has to be written at once, where there is a localStorage. */

/** @param value false for nothing */
export function note(kind: 'drafts' | 'outbox', id: string, value: unknown): void {
  const name = `confab:${kind}:${id}`;
  try {
    if (value) localStorage.setItem(name, JSON.stringify(value));
    else localStorage.removeItem(name);
  } catch {
    // No storage here, or it is full: this lives as long as the page.
  }
}
