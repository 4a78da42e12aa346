/** Uploading what waits with a message. */
import type { Upload } from '../files.ts';
import type { QueuedMessage } from './queued-message.ts';

/** Uploads what a message carries; what an earlier try has uploaded is found by its id. */
export async function uploadFiles(
  upload: Upload,
  { channelId, files }: QueuedMessage,
  { signal, onProgress }: { signal: AbortSignal; onProgress(share: number): void },
): Promise<void> {
  const waiting = files.flatMap(({ info, blob }) => (blob ? [{ info, blob }] : []));
  const total = waiting.reduce((sum, { blob }) => sum + blob.size, 0);
  let before = 0;
  for (const { info, blob } of waiting) {
    await upload(channelId, blob, {
      id: info.id,
      name: info.name,
      signal,
      onProgress: ({ loaded }) => onProgress((before + loaded) / total),
    });
    before += blob.size;
  }
}
