/** Days and times as people say them. */
const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const DAY_AND_YEAR = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });

export const timeText = (date: Date): string => TIME.format(date);

export const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

export function dayText(date: Date, now = new Date()): string {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (isSameDay(date, now)) return 'Today';
  if (isSameDay(date, yesterday)) return 'Yesterday';
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR).format(date);
}

const FULL = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short' });

export const fullText = (date: Date): string => FULL.format(date);

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const STEPS: readonly [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [3_600, 'minute', 60],
  [86_400, 'hour', 3_600],
  [7 * 86_400, 'day', 86_400],
];

/** How long ago, in words; a date when that is more than a week. */
export function agoText(date: Date, now = new Date()): string {
  const seconds = (now.getTime() - date.getTime()) / 1_000;
  if (seconds < 60) return 'just now';
  const step = STEPS.find(([limit]) => seconds < limit);
  return step ? RELATIVE.format(-Math.floor(seconds / step[2]), step[1]) : dayText(date, now);
}

const SHORT_DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** The time of today's, the day of others. */
export const timeOrDayText = (date: Date, now = new Date()): string =>
  isSameDay(date, now) ? timeText(date) : SHORT_DAY.format(date);
