/** For how long a status holds. */
export const LASTING = [
  ['never', 'Not by itself'],
  ['half', 'In half an hour'],
  ['hour', 'In an hour'],
  ['day', 'At the end of the day'],
] as const;

export function expiryOf(lasting: string, now = new Date()): Date | null {
  if (lasting === 'half') return new Date(now.getTime() + 30 * 60_000);
  if (lasting === 'hour') return new Date(now.getTime() + 60 * 60_000);
  if (lasting !== 'day') return null;
  const end = new Date(now);
  end.setHours(23, 59, 59, 0);
  return end;
}
