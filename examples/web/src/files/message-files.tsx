/** The files of a message: pictures to look at, everything else to download. */
import type { FileInfo } from '@confab/sdk';
import { useState } from 'react';
import { FileCard } from './file-card.tsx';
import { ImagePreview } from './image-preview.tsx';
import { isImage } from './is-image.ts';
import { Lightbox } from './lightbox.tsx';

export function MessageFiles({ files }: { files: readonly FileInfo[] }) {
  const [shown, setShown] = useState<FileInfo | null>(null);
  const images = files.filter(isImage);
  const others = files.filter((file) => !isImage(file));
  return (
    <>
      {images.length > 0 && (
        <div className="images" data-count={Math.min(images.length, 4)}>
          {images.map((file) => (
            <ImagePreview
              key={file.id}
              file={file}
              isAlone={images.length === 1}
              onOpen={() => setShown(file)}
            />
          ))}
        </div>
      )}
      {others.map((file) => (
        <FileCard key={file.id} file={file} />
      ))}
      {shown && <Lightbox images={images} first={shown} onClose={() => setShown(null)} />}
    </>
  );
}
