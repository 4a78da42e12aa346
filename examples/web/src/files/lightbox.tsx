/** A picture in full, with the others of its message to the left and right. */
import type { FileInfo } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { type KeyboardEvent, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { attempt, Toasts } from '../ui/toasts.tsx';
import { useModal } from '../ui/use-modal.ts';
import { Picture } from './picture.tsx';

interface Props {
  images: readonly FileInfo[];
  first: FileInfo;
  onClose(): void;
}

export function Lightbox({ images, first, onClose }: Props) {
  const { files } = useChat();
  const dialog = useModal();
  const [index, setIndex] = useState(images.indexOf(first));
  const file = images[index] ?? first;

  const step = (by: number) => setIndex((index + by + images.length) % images.length);

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === 'ArrowRight') step(1);
    if (event.key === 'ArrowLeft') step(-1);
  }

  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={file.name}
      onCancel={onClose}
      onKeyDown={onKeyDown}
      onClick={(event) => event.target instanceof HTMLImageElement || onClose()}
    >
      <header
        onClick={(event) => event.stopPropagation()}
        onKeyDown={() => {}}
        role="toolbar"
        aria-label="Picture"
      >
        <span className="name">
          {file.name}
          {images.length > 1 && ` (${index + 1} of ${images.length})`}
        </span>
        {images.length > 1 && (
          <button type="button" className="icon-button" aria-label="Next picture" onClick={() => step(1)}>
            <Icon name="chevron" />
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="Download"
          onClick={() => attempt(async () => location.assign(await files.url(file, { download: true })))}
        >
          <Icon name="download" />
        </button>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <FullPicture key={file.id} file={file} />
      <Toasts />
    </dialog>
  );
}

function FullPicture({ file }: { file: FileInfo }) {
  const { width, height } = file;
  return <Picture file={file} {...(width && height ? { width, height } : {})} />;
}
