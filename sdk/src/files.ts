/** Files: uploading to a channel, what was sent there, and addresses to show or download it. */
import { ChatError } from './errors.ts';
import { type ChannelFileRow, FILE_COLUMNS, toChannelFile } from './internal/item-rows.ts';
import { loaded } from './internal/lazy.ts';
import type { Rest } from './internal/rest.ts';
import type { ImageSize, Storage } from './internal/storage.ts';
import type { User } from './users.ts';

/** A file as its message shows it. */
export interface FileInfo {
  id: string;
  channelId: string;
  name: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  /** Where it lies in Storage, in the bucket `files`. */
  path: string;
  /** Of images, where the uploader's browser could measure them. */
  width: number | null;
  height: number | null;
}

/** A file in the list of a channel. */
export interface ChannelFile extends FileInfo {
  /** The message that it was sent with. */
  seq: number;
  /** Null when the account was deleted. */
  uploader: User | null;
  createdAt: Date;
}

/** What can be uploaded: a file of a browser, a blob, or bytes in memory. */
export type FileSource = Blob | Uint8Array;

export interface UploadOptions {
  /** Name as shown; by default that of the `File`. */
  name?: string | undefined;
  /** UUIDv7; the same id again goes on with the same file, also after a reload. */
  id?: string | undefined;
  /** Called with rising numbers of bytes, at last with all. */
  onProgress?: ((progress: { loaded: number; total: number }) => void) | undefined;
  /** Ends the upload and leaves nothing of it behind. */
  signal?: AbortSignal | undefined;
}

/** Uploads a file to a channel. */
export type Upload = (channelId: string, file: FileSource, options?: UploadOptions) => Promise<FileInfo>;

export interface ChannelFiles {
  /**
   * Uploads a file, for a message: `messages.send(text, { files: [file] })`. Nobody else sees it before. Large files go in
   * parts; after an outage it goes on where it stopped.
   * @throws `cancelled`, `file_empty`, `file_unreadable`, `file_too_large`, `invalid_file_name`, `invalid_mime_type`, `channel_not_found`,
   * `not_a_member`, `channel_archived`, `rate_limited`
   */
  upload(file: FileSource, options?: UploadOptions): Promise<FileInfo>;
  /** Files sent to the channel, newest first: up to 200, and the rest of the last one's message. @throws `channel_not_found`, `not_a_member`, `invalid_page_size` */
  list(options?: { beforeSeq?: number; limit?: number }): Promise<ChannelFile[]>;
  /** Removes an own file, or as an admin of the channel any, also from its message. @throws `file_not_found` */
  remove(file: FileInfo): Promise<void>;
}

export interface UrlOptions {
  /** Saves instead of showing; a text is the name it is saved under. */
  download?: boolean | string | undefined;
  /** Smaller or cut to measure, for images. */
  transform?: ImageSize | undefined;
}

export interface Files {
  /** An address that shows the file to everybody who has it, for 15 minutes at most. @throws `file_not_found` */
  url(file: Pick<FileInfo, 'path' | 'name'>, options?: UrlOptions): Promise<string>;
}

const BUCKET = 'files';
/** Somebody who is removed from the channel may go on reading what they have the address of for as long as this. */
const LIFETIME_S = 900;
/** An address is handed out while it is good for at least this long. */
const RESERVE_MS = 300_000;

/** Uploading is loaded when it is first used. */
export function createUpload(deps: { rest: Rest; storage: Storage }): Upload {
  return async (channelId, file, options = {}) => {
    const { upload } = await loaded(import('./internal/upload.ts'));
    return upload(deps, channelId, file, options);
  };
}

export function createChannelFiles(deps: {
  rest: Rest;
  storage: Storage;
  upload: Upload;
  channelId: string;
}): ChannelFiles {
  const { storage, upload, channelId } = deps;
  const { client, run } = deps.rest;
  return {
    upload: (file, options) => upload(channelId, file, options),
    async list({ beforeSeq, limit = 50 } = {}) {
      const rows = await run(
        'list files',
        client
          .rpc('list_files', {
            channel_id: channelId,
            page_size: limit,
            ...(beforeSeq === undefined ? {} : { before_seq: beforeSeq }),
          })
          .select(FILE_COLUMNS),
      );
      return (rows as unknown as ChannelFileRow[]).map(toChannelFile);
    },
    async remove(file) {
      if ((await storage.remove('remove file', BUCKET, [file.path])) > 0) return;
      // Announced and not uploaded yet, Storage does not know it.
      const { channelId: channel_id, id } = file;
      if (await run('remove file', client.rpc('cancel_file', { channel_id, id }))) return;
      throw new ChatError('file_not_found', 'unable to remove file; it does not exist or is not yours');
    },
  };
}

/** Addresses are asked for together, and again only when they are about to expire. */
export function createFiles(storage: Storage): Files & { forget(): void } {
  const known = new Map<string, { url: Promise<string>; until: number }>();
  let wanted: { path: string; resolve(url: string): void; reject(error: unknown): void }[] = [];

  function sign(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      wanted.push({ path, resolve, reject });
      if (wanted.length === 1) queueMicrotask(() => void signWanted());
    });
  }

  async function signWanted(): Promise<void> {
    const batch = wanted;
    wanted = [];
    try {
      const urls = await storage.sign(
        'read file',
        BUCKET,
        batch.map(({ path }) => path),
        LIFETIME_S,
      );
      for (const { path, resolve, reject } of batch) {
        const url = urls.get(path);
        if (url) resolve(url);
        else
          reject(
            new ChatError(
              'file_not_found',
              'unable to read file; it does not exist or is not visible to you',
            ),
          );
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function recall(key: string, make: () => Promise<string>): Promise<string> {
    const now = Date.now();
    const held = known.get(key);
    if (held && held.until > now) return held.url;
    for (const [old, { until }] of known) {
      if (until <= now) known.delete(old);
    }
    const entry = { url: make(), until: now + LIFETIME_S * 1000 - RESERVE_MS };
    known.set(key, entry);
    entry.url.catch(() => {
      if (known.get(key) === entry) known.delete(key);
    });
    return entry.url;
  }

  return {
    async url(file, { download, transform } = {}) {
      const { path } = file;
      const url = await (transform
        ? recall(`${path} ${JSON.stringify(transform)}`, () =>
            storage.signImage('read file', BUCKET, path, LIFETIME_S, transform),
          )
        : recall(path, () => sign(path)));
      if (!download) return url;
      return `${url}&download=${encodeURIComponent(download === true ? file.name : download)}`;
    },
    forget: () => known.clear(),
  };
}
