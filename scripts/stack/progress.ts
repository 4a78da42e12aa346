/** Tells the user what the stack is doing: one line a step, rewritten in place on a terminal. */
export interface Progress {
  /** Shows a step while it runs and how long it took. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const running = new Set<string>();
  const clear = () => stream.isTTY && stream.write('\r\x1b[K');
  const draw = () => stream.isTTY && running.size > 0 && stream.write(`… ${[...running].join(', ')}`);
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
    draw();
  };
  return {
    async step(title, work) {
      const began = performance.now();
      running.add(title);
      clear();
      draw();
      try {
        const result = await work();
        running.delete(title);
        line(`✓ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
        return result;
      } catch (error) {
        running.delete(title);
        line(`✗ ${title}`);
        throw error;
      }
    },
    note: line,
  };
}

/** For a supervisor in the background: every line goes to `send`. */
export function sentProgress(send: (line: string) => void): Progress {
  return {
    async step(title, work) {
      const began = performance.now();
      const result = await work();
      send(`✓ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      return result;
    },
    note: send,
  };
}

export const silentProgress: Progress = { step: (_title, work) => work(), note: () => {} };
