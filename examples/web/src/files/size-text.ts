/** Sizes as people read them. */
const UNITS = ['B', 'kB', 'MB', 'GB'];

export function sizeText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1_000 ** power;
  return `${value.toFixed(power === 0 || value >= 10 ? 0 : 1)} ${UNITS[power]}`;
}
