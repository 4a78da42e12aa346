/** How high a message will be, as far as can be told before it is laid out: what is far off takes that much room until then. */
import type { Row } from './grouping.ts';

const LINE_PX = 22;
const LINE_LETTERS = 100;
const SYSTEM_PX = 26;
const DAY_PX = 42;
const FILE_PX = 200;
const REACTIONS_PX = 33;
const THREAD_PX = 36;

export function likelyHeight({ message, day, isContinued }: Row): number {
  const dayHeight = day ? DAY_PX : 0;
  if (message.kind === 'system') return dayHeight + SYSTEM_PX;
  const { body, files, reactions, replyCount } = message;
  const lines = body
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_LETTERS)), 0);
  return (
    dayHeight +
    (isContinued ? 4 : 10 + LINE_PX) +
    lines * LINE_PX +
    (files.length > 0 ? FILE_PX : 0) +
    (reactions.length > 0 ? REACTIONS_PX : 0) +
    (replyCount > 0 ? THREAD_PX : 0)
  );
}
