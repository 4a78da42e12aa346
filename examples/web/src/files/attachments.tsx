/** Files that will go with the message being written. */
import { useEffect, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { sizeText } from './size-text.ts';

interface Props {
  files: readonly File[];
  onRemove(file: File): void;
}

export function Attachments({ files, onRemove }: Props) {
  if (files.length === 0) return null;
  return (
    <ul className="attachments" aria-label="Files to send">
      {files.map((file) => (
        <li key={`${file.name} ${file.size} ${file.lastModified}`}>
          <Preview file={file} />
          <span className="name">
            {file.name}
            <small>{sizeText(file.size)}</small>
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onRemove(file)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Preview({ file }: { file: File }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file.type.startsWith('image/')) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? <img src={url} alt="" /> : <Icon name="file" />;
}
