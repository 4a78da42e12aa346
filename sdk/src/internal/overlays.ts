/** What the caller has done to messages and the server has not confirmed: shown at once, taken back when it refuses. */
import { ChatError } from '../errors.ts';
import type { Message } from '../messages.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import { retrying } from './retry.ts';

export interface Overlays {
  /** Whether nothing waits for an answer. */
  readonly isIdle: boolean;
  /** The message as the caller is to see it. */
  show(message: Message): Message;
  /**
   * Shows a change of a message until `call`, which makes it on the server, is answered. Calls for one message go
   * one after the other, and again after an outage. The answer is the message as it is now.
   */
  run(
    channelId: string,
    seq: number,
    change: (message: Message) => Message,
    call: () => Promise<Message>,
  ): Promise<Message>;
  /** Called with the channel's id whenever something is shown or no longer shown. */
  onChange(listener: (channelId: string) => void): Subscription;
  /** Called with each answer. */
  onAnswer(listener: (message: Message) => void): Subscription;
  /** Makes nothing more of it: who did it has signed out. */
  giveUp(): void;
}

interface Overlay {
  change(message: Message): Message;
  /** Resolves when it is answered, one way or the other. */
  done: Promise<unknown>;
}

/** @param guard throws when it is somebody else who is signed in by now */
export function createOverlays(guard: () => Promise<void>): Overlays {
  let overlays = new Map<string, Overlay[]>();
  const changes = createEmitter<string>();
  const answers = createEmitter<Message>();

  return {
    get isIdle() {
      return overlays.size === 0;
    },
    show: (message) =>
      (overlays.get(`${message.channelId}:${message.seq}`) ?? []).reduce(
        (shown, { change }) => change(shown),
        message,
      ),
    async run(channelId, seq, change, call) {
      const mine = overlays;
      const key = `${channelId}:${seq}`;
      const isWanted = () => mine === overlays;
      const before = mine.get(key) ?? [];
      const answer = Promise.resolve(before.at(-1)?.done).then(async () => {
        await guard();
        if (isWanted()) return retrying(call, isWanted);
        throw new ChatError('session_expired', 'unable to change the message; the session ended first');
      });
      const overlay = { change, done: answer.catch(() => {}) };
      mine.set(key, [...before, overlay]);
      changes.emit(channelId);
      try {
        const message = await answer;
        if (isWanted()) answers.emit(message);
        return message;
      } finally {
        const left = (mine.get(key) ?? []).filter((other) => other !== overlay);
        if (left.length > 0) mine.set(key, left);
        else mine.delete(key);
        if (isWanted()) changes.emit(channelId);
      }
    },
    onChange: (listener) => changes.add(listener),
    onAnswer: (listener) => answers.add(listener),
    giveUp() {
      overlays = new Map();
    },
  };
}
