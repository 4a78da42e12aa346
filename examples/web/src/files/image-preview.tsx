/** A picture in a message; its room is there before it is. */
import type { FileInfo } from '@confab/sdk';
import { Picture } from './picture.tsx';

/** One width for all, so that the same picture is asked for once. */
const PREVIEW = { width: 720, resize: 'contain' } as const;
const MAX_WIDTH = 420;
const MAX_HEIGHT = 320;

interface Props {
  file: FileInfo;
  isAlone: boolean;
  onOpen(): void;
}

export function ImagePreview({ file, isAlone, onOpen }: Props) {
  return (
    <button
      type="button"
      className="image"
      aria-label={`Show ${file.name}`}
      style={isAlone ? roomFor(file) : undefined}
      onClick={onOpen}
    >
      <Picture file={file} transform={PREVIEW} loading="lazy" />
    </button>
  );
}

function roomFor({ width, height }: FileInfo) {
  if (!width || !height) return { width: 280, aspectRatio: '4 / 3' };
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  return { width: Math.max(64, Math.round(width * scale)), aspectRatio: `${width} / ${height}` };
}
