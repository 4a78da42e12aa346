/** Which messages stand together under one name, and what stands between them. */
import type { Message } from '@confab/sdk';
import { dayText, isSameDay } from '../ui/dates.ts';

export interface Row {
  message: Message;
  /** The day that begins with it. */
  day: string | null;
  isFirstNew: boolean;
  /** Follows closely on one of the same author, so that the name need not be said again. */
  isContinued: boolean;
}

/** Messages of one person so close together stand under one name. */
const TOGETHER_MS = 5 * 60_000;

export function toRows(messages: readonly Message[], firstNewId: string | null): Row[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const isNewDay = !before || !isSameDay(before.createdAt, message.createdAt);
    const isFirstNew = message.id === firstNewId;
    return {
      message,
      day: isNewDay ? dayText(message.createdAt) : null,
      isFirstNew,
      isContinued: !isNewDay && !isFirstNew && isTogether(before, message),
    };
  });
}

const isTogether = (before: Message, message: Message): boolean =>
  before.kind === 'user' &&
  message.kind === 'user' &&
  before.author?.id === message.author?.id &&
  before.parentSeq === message.parentSeq &&
  message.createdAt.getTime() - before.createdAt.getTime() < TOGETHER_MS;

/** Id of the first message of somebody else after a seq; null too while that one has not been loaded. */
export function firstNewOf(
  messages: readonly Message[],
  afterSeq: number | null,
  userId: string,
  hasOlder: boolean,
): string | null {
  if (afterSeq === null) return null;
  const isLoaded = !hasOlder || messages.some(({ seq }) => seq !== null && seq <= afterSeq);
  if (!isLoaded) return null;
  return messages.find((one) => isForeign(one, userId) && Number(one.seq) > afterSeq)?.id ?? null;
}

/** Something that somebody else said. */
export const isForeign = ({ seq, kind, author }: Message, userId: string): boolean =>
  seq !== null && kind === 'user' && author?.id !== userId;
