/** Tells the user what the stack is doing: a line for each finished step, and on a terminal what is in work. */

export interface Progress {
  /** Shows a step while it runs and how long it took. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

export const silentProgress: Progress = { step: (_title, work) => work(), note: () => {} };

/** For a process in the background: every line goes to `write`. */
export function linesProgress(write: (line: string) => void): Progress {
  return {
    async step(title, work) {
      const began = performance.now();
      const result = await work();
      write(finished(title, began));
      return result;
    },
    note: write,
  };
}

export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const inWork = new Set<string>();
  const redraw = (line?: string) => {
    if (stream.isTTY) stream.write('\r\x1b[K');
    if (line !== undefined) stream.write(`${line}\n`);
    if (stream.isTTY && inWork.size > 0) stream.write(`… ${[...inWork].join(', ')}`);
  };
  return {
    async step(title, work) {
      const began = performance.now();
      inWork.add(title);
      redraw();
      try {
        const result = await work();
        inWork.delete(title);
        redraw(finished(title, began));
        return result;
      } finally {
        if (inWork.delete(title)) redraw();
      }
    },
    note: redraw,
  };
}

function finished(title: string, began: number): string {
  return `✓ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`;
}
