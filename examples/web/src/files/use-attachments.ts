/** Files chosen, pasted or dropped for the message being written. */
import { type ClipboardEvent, type DragEvent, useRef, useState } from 'react';

const MOST = 10;

export interface Attached {
  files: readonly File[];
  /** Why one was not taken. */
  problem: string;
  /** Whether something is being dragged over the place to drop it. */
  isOver: boolean;
  add(files: Iterable<File>): void;
  remove(file: File): void;
  clear(): void;
  onPaste(event: ClipboardEvent): void;
  /** For the element that takes what is dropped. */
  drop: {
    onDragEnter(event: DragEvent): void;
    onDragOver(event: DragEvent): void;
    onDragLeave(): void;
    onDrop(event: DragEvent): void;
  };
}

export function useAttachments(isAllowed: boolean): Attached {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [problem, setProblem] = useState('');
  const [isOver, setIsOver] = useState(false);
  /** Enter and leave come for every element inside, too. */
  const depth = useRef(0);

  function add(added: Iterable<File>) {
    const all = [...files, ...added];
    setProblem(all.length > MOST ? `A message takes at most ${MOST} files.` : '');
    setFiles(all.slice(0, MOST));
  }

  const hasFiles = (event: DragEvent) => isAllowed && event.dataTransfer.types.includes('Files');

  function leave() {
    depth.current = Math.max(0, depth.current - 1);
    if (depth.current === 0) setIsOver(false);
  }

  return {
    files,
    problem,
    isOver,
    add,
    remove: (file) => setFiles(files.filter((one) => one !== file)),
    clear() {
      setFiles([]);
      setProblem('');
    },
    onPaste(event) {
      const pasted = [...event.clipboardData.files];
      if (!isAllowed || pasted.length === 0) return;
      event.preventDefault();
      add(pasted);
    },
    drop: {
      onDragEnter(event) {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setIsOver(true);
      },
      onDragOver: (event) => hasFiles(event) && event.preventDefault(),
      onDragLeave: leave,
      onDrop(event) {
        depth.current = 0;
        setIsOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        add(event.dataTransfer.files);
      },
    },
  };
}
