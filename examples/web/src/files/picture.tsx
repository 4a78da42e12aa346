/** The picture in a file. Its address lasts a while only: when it fails to load, another one is asked for, once, and again when the network is back. */
import type { FileInfo } from '@confab/sdk';
import { useChat, useFileUrl } from '@confab/sdk/react';
import { type ComponentProps, useEffect, useState } from 'react';
import { Icon } from '../ui/icon.tsx';

interface Props extends Omit<ComponentProps<'img'>, 'src' | 'alt' | 'onError'> {
  file: FileInfo;
  transform?: NonNullable<Parameters<typeof useFileUrl>[1]>['transform'];
}

export function Picture({ file, transform, ...props }: Props) {
  const { files } = useChat();
  const given = useFileUrl(file, { transform });
  /** What came in place of an address that failed; null when that failed too. */
  const [other, setOther] = useState<{ than: string; url: string | null } | null>(null);
  const isOther = other !== null && other.than === given;
  const url = isOther ? other.url : given;

  async function renew(than: string) {
    if (isOther) return setOther({ than, url: null });
    const url = await files.url(file, { transform }).catch(() => null);
    setOther({ than, url });
  }

  const isBroken = url === null;
  useEffect(() => {
    if (!isBroken) return;
    const forget = () => setOther(null);
    addEventListener('online', forget);
    return () => removeEventListener('online', forget);
  }, [isBroken]);

  if (given === null) return null;
  if (url === null) {
    return (
      <span className="broken">
        <Icon name="file" />
        <span className="name">{file.name}</span>
      </span>
    );
  }
  // Made anew, because the same address again would not be asked for.
  return (
    <img
      key={String(isOther)}
      src={url}
      alt={file.name}
      decoding="async"
      {...props}
      onError={() => renew(given)}
    />
  );
}
