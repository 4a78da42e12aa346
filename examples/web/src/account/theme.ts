/** Light or dark: as the system has it, unless somebody chose. */
import { useEffect, useState } from 'react';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'confab.theme';

const read = (): Theme => THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';

/** Every colour is a `light-dark()`, so this one property decides them all. */
export function applyTheme(theme: Theme = read()): void {
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(read);
  useEffect(() => {
    localStorage.setItem(KEY, theme);
    applyTheme(theme);
  }, [theme]);
  return [theme, setTheme];
}
