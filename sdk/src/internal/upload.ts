/** An upload from its announcement to its last byte; loaded when the first file is uploaded. */
import { ChatError, isChatError } from '../errors.ts';
import type { FileInfo, FileSource, UploadOptions } from '../files.ts';
import { toBlob } from './blob.ts';
import type { Rest } from './rest.ts';
import { retrying } from './retry.ts';
import { toFileInfo } from './rows.ts';
import type { Storage } from './storage.ts';
import { store } from './transfer.ts';
import { uuidV7 } from './uuid.ts';

export async function upload(
  { rest, storage }: { rest: Rest; storage: Storage },
  channelId: string,
  source: FileSource,
  options: UploadOptions,
): Promise<FileInfo> {
  const { id = uuidV7(), signal, onProgress } = options;
  if (signal?.aborted) throw cancelled(signal);
  const content = toBlob(source);
  const path = `${channelId}/${id}`;
  const announcement = {
    channel_id: channelId,
    id,
    name: options.name ?? (source as Partial<File>).name ?? 'file',
    mime_type: content.type,
    size: content.size,
    ...(await measure(content)),
  };
  const announce = () => rest.run('upload file', rest.client.rpc('create_file', announcement).single());

  let sent = -1;
  const report = (loaded: number) => {
    if (loaded <= sent || signal?.aborted) return;
    sent = loaded;
    onProgress?.({ loaded, total: content.size });
  };

  let isStored = false;
  /** Announcing again is harmless, and tells whether an attempt whose answer was lost had come through. */
  const attempt = async () => {
    let row = await announce();
    if (row.uploaded_at) return row;
    try {
      report(0);
      await store(storage, { bucket: 'files', path, content, signal, onProgress: report });
      isStored = true;
    } catch (error) {
      if (!isChatError(error)) throw error;
      // A file that is gone from its disk looks like a network that is down.
      if (error.code === 'network_unavailable') await requireReadable(content);
      if (error.code !== 'forbidden' && error.code !== 'conflict') throw error;
      // Storage does not say why; this does.
      row = await announce();
      if (!row.uploaded_at) throw error;
    }
    return row;
  };

  let current: Promise<unknown> = Promise.resolve();
  const { stopped, release } = watch(signal);
  try {
    const done = retrying(
      () => {
        const attempted = attempt();
        current = attempted;
        return attempted;
      },
      () => !signal?.aborted,
    );
    const row = await Promise.race([done, stopped]);
    report(content.size);
    return toFileInfo(channelId, row);
  } catch (error) {
    // Whatever is under way ends first, so that nothing comes after the clean-up.
    await current.catch(() => {});
    await discard().catch(() => {});
    throw error;
  } finally {
    release();
  }

  async function discard(): Promise<void> {
    await rest.run('cancel upload', rest.client.rpc('cancel_file', { channel_id: channelId, id }));
    if (isStored) await storage.remove('cancel upload', 'files', [path]);
  }
}

/** A promise that rejects when the signal says so. */
function watch(signal: AbortSignal | undefined): { stopped: Promise<never>; release(): void } {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled(signal));
  });
  stopped.catch(() => {});
  signal?.addEventListener('abort', stop);
  return { stopped, release: () => signal?.removeEventListener('abort', stop) };
}

const cancelled = (signal: AbortSignal | undefined): ChatError =>
  new ChatError('cancelled', 'unable to upload file; it was cancelled', { cause: signal?.reason });

async function requireReadable(content: Blob): Promise<void> {
  await content
    .slice(0, 1)
    .arrayBuffer()
    .catch((cause: unknown) => {
      throw new ChatError('file_unreadable', 'unable to upload file; it cannot be read', { cause });
    });
}

/** Width and height of an image, where there is something to measure it with. */
async function measure(content: Blob): Promise<{ width: number; height: number } | undefined> {
  if (!content.type.startsWith('image/') || typeof createImageBitmap === 'undefined') return undefined;
  try {
    const bitmap = await createImageBitmap(content);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return undefined; // no image after all, or one that this browser cannot read
  }
}
