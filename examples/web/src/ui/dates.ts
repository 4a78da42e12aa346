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
