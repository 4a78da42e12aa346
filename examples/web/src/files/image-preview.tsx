/** A picture in a message; its room is there before it is. */
import type { FileInfo } from '@confab/sdk';
import { useFileUrl } from '@confab/sdk/react';

/** One width for all, so that the same picture is asked for once. */
const PREVIEW = { transform: { width: 720, resize: 'contain' as const } };
const MAX_WIDTH = 420;
const MAX_HEIGHT = 320;

interface Props {
  file: FileInfo;
  isAlone: boolean;
  onOpen(): void;
}

export function ImagePreview({ file, isAlone, onOpen }: Props) {
  const url = useFileUrl(file, PREVIEW);
  return (
    <button
      type="button"
      className="image"
      aria-label={`Show ${file.name}`}
      style={isAlone ? roomFor(file) : undefined}
      onClick={onOpen}
    >
      {url && <img src={url} alt={file.name} loading="lazy" decoding="async" />}
    </button>
  );
}

function roomFor({ width, height }: FileInfo) {
  if (!width || !height) return { width: 280, aspectRatio: '4 / 3' };
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  return { width: Math.max(64, Math.round(width * scale)), aspectRatio: `${width} / ${height}` };
}
