/** Telling the others in a channel that the caller is typing. */

export interface Typing {
  /** Call at every keystroke: sends at most once a second, and `stop` by itself after 5 s of silence. */
  start(): void;
  /** Call when the text is sent or given up. */
  stop(): void;
}

const INTERVAL_MS = 1_000;
const SILENCE_MS = 5_000;

export function createTyping(send: (isTyping: boolean) => void): Typing {
  let lastSent = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    if (lastSent === 0) return;
    lastSent = 0;
    send(false);
  }

  return {
    start() {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      const now = Date.now();
      if (now - lastSent < INTERVAL_MS) return;
      lastSent = now;
      send(true);
    },
    stop,
  };
}
