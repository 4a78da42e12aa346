/** Files on screen. */
import { useCallback } from 'react';
import type { ChatError } from '../errors.ts';
import type { FileInfo, UrlOptions } from '../files.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

const REFRESH_MS = 10 * 60_000;
const RETRY_MS = 5_000;

/** An address that shows the file, renewed before it ends; null until there is one and when there can be none. */
export function useFileUrl(file: FileInfo | null, { download, transform }: UrlOptions = {}): string | null {
  const { files } = useChat();
  // By value: callers write these objects anew at every render. The measures of a picture may become known later.
  const addressed = file && { path: file.path, name: file.name };
  const key = JSON.stringify({ file: addressed, download, transform });
  const open = useCallback(
    (listener: (url: string | null) => void) => {
      const { file: wanted, ...options } = JSON.parse(key) as { file: typeof addressed } & UrlOptions;
      let isWanted = wanted !== null;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const load = async () => {
        if (!wanted) return;
        let wait = REFRESH_MS;
        try {
          const url = await files.url(wanted, options);
          if (isWanted) listener(url);
        } catch (error) {
          if (!(error as ChatError).retryable) return;
          wait = RETRY_MS;
        }
        if (isWanted) timer = setTimeout(() => void load(), wait);
      };
      void load();
      return {
        unsubscribe() {
          isWanted = false;
          clearTimeout(timer);
        },
      };
    },
    [files, key],
  );
  return useLive<string | null, { unsubscribe(): void }>(open, null).state;
}
