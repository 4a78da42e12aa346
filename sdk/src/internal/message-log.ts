/** The part of a history that a view holds: a run of messages in order, with nothing missing between its ends. */
import type { Message } from '../messages.ts';

/** Something that happened to an existing message, the `change`-th in its channel. */
export interface Change {
  seq: number;
  change: number;
  apply(message: Message): Message;
}

export interface MessageLog {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** Starts over with a page, oldest message first. */
  reset(page: Message[], ends: { hasOlder: boolean; hasNewer: boolean }): void;
  /** Takes the page before the run, oldest message first. */
  prepend(page: Message[], hasOlder: boolean): void;
  /** Takes the page after the run, oldest message first. */
  extend(page: Message[], hasNewer: boolean): void;
  /** Takes the next new message; `false` when the run does not reach up to it, or has it. */
  append(message: Message): boolean;
  /** Applies a change; `false` when it is known or of a message that is not held. */
  change(change: Change): boolean;
}

/** More than this and the far end is let go. */
const LIMIT = 1_000;

export const seqOf = (message: Message | undefined): number => message?.seq ?? 0;

/** The message after a change, or as it is when it has that one already. */
export const changed = (message: Message, { seq, change, apply }: Change): Message =>
  message.seq === seq && change > message.change ? { ...apply(message), change } : message;

export function createMessageLog(limit = LIMIT): MessageLog {
  let messages: readonly Message[] = [];
  let hasOlder = false;
  let hasNewer = false;

  function keepNewest(): void {
    if (messages.length <= limit) return;
    messages = messages.slice(-limit);
    hasOlder = true;
  }

  return {
    get messages() {
      return messages;
    },
    get hasOlder() {
      return hasOlder;
    },
    get hasNewer() {
      return hasNewer;
    },
    reset(page, ends) {
      const known = new Map(messages.map((message) => [message.seq, message]));
      // An answer may be older than what was heard before it.
      messages = page.map((message) => {
        const held = known.get(message.seq);
        return held && held.change > message.change ? held : message;
      });
      ({ hasOlder, hasNewer } = ends);
    },
    prepend(page, more) {
      const first = seqOf(messages[0]);
      messages = [...page.filter((message) => seqOf(message) < first), ...messages];
      hasOlder = more;
      if (messages.length <= limit) return;
      messages = messages.slice(0, limit);
      hasNewer = true;
    },
    extend(page, more) {
      const last = seqOf(messages.at(-1));
      messages = [...messages, ...page.filter((message) => seqOf(message) > last)];
      hasNewer = more;
      keepNewest();
    },
    append(message) {
      if (hasNewer || seqOf(message) <= seqOf(messages.at(-1))) return false;
      messages = [...messages, message];
      keepNewest();
      return true;
    },
    change(change) {
      const index = indexOf(messages, change.seq);
      const known = messages[index];
      if (!known) return false;
      const next = changed(known, change);
      if (next === known) return false;
      messages = [...messages.slice(0, index), next, ...messages.slice(index + 1)];
      return true;
    },
  };
}

/** Place of a seq in ascending order, or -1. */
function indexOf(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = seqOf(messages[middle]);
    if (found === seq) return middle;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
