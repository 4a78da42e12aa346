/** A file that is no picture: what it is, and the way to have it. */
import type { FileInfo } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toasts.tsx';
import { sizeText } from './size-text.ts';

export function FileCard({ file }: { file: FileInfo }) {
  const { files } = useChat();

  const download = () =>
    attempt(async () => {
      location.assign(await files.url(file, { download: true }));
    });

  return (
    <button type="button" className="file" aria-label={`Download ${file.name}`} onClick={download}>
      <Icon name="file" />
      <span className="name">
        {file.name}
        <small>
          {kindOf(file)} · {sizeText(file.size)}
        </small>
      </span>
      <Icon name="download" />
    </button>
  );
}

/** The ending says more to people than `application/vnd.…`. */
function kindOf({ name, mimeType }: FileInfo): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1];
  return ending?.toUpperCase() ?? mimeType;
}
