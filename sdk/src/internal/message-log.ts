/** A run of messages of one channel without gaps: the part of the history that a view holds. */
import type { Message } from '../messages.ts';

export interface MessageLog {
  readonly messages: readonly Message[];
  /** seq of the newest message held; 0 before the first. */
  readonly lastSeq: number;
  /** seq of the oldest message held; 1 when nothing can be before it. */
  readonly firstSeq: number;
  /** Starts over with the newest page, oldest message first. */
  reset(page: Message[]): void;
  /** Takes a message that was heard; `false` when one before it is missing. A known message is no gap. */
  append(message: Message): boolean;
  /** Takes a page that was fetched from `lastSeq` on: nothing is missing in it, whatever its numbers are. */
  extend(page: Message[]): void;
  /** Takes the page before the run, oldest message first. */
  prepend(page: Message[]): void;
}

export function createMessageLog(): MessageLog {
  let messages: Message[] = [];
  const seqOf = (message: Message | undefined): number => message?.seq ?? 0;
  const lastSeq = () => seqOf(messages.at(-1));
  return {
    get messages() {
      return messages;
    },
    get lastSeq() {
      return lastSeq();
    },
    get firstSeq() {
      return messages.length === 0 ? 1 : seqOf(messages[0]);
    },
    reset(page) {
      messages = page;
    },
    append(message) {
      const ahead = seqOf(message) - lastSeq();
      if (ahead === 1) messages = [...messages, message];
      return ahead <= 1;
    },
    extend(page) {
      const last = lastSeq();
      messages = [...messages, ...page.filter((message) => seqOf(message) > last)];
    },
    prepend(page) {
      const first = seqOf(messages[0]);
      messages = [...page.filter((message) => seqOf(message) < first), ...messages];
    },
  };
}
