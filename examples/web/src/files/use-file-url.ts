/** The address of a file, once the server has given it. */
import type { FileInfo } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useEffect, useState } from 'react';

/** Widths of previews, so that the same picture is asked for in few sizes. */
const PREVIEW_PX = 720;

export function useFileUrl(file: FileInfo, size: 'preview' | 'full'): string | null {
  const { files } = useChat();
  const [url, setUrl] = useState<string | null>(null);
  const { id } = file;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a file never changes under its id.
  useEffect(() => {
    let isWanted = true;
    const transform = size === 'preview' ? { width: PREVIEW_PX, resize: 'contain' as const } : undefined;
    files.url(file, { transform }).then(
      (found) => isWanted && setUrl(found),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [files, id, size]);
  return url;
}

/** What browsers show as a picture, and no script can hide in. */
export const isImage = ({ mimeType }: FileInfo): boolean =>
  /^image\/(png|jpe?g|gif|webp|avif)$/.test(mimeType);
