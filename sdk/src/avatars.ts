/** Pictures of the signed-in user: stored where everybody can see them, each under a name of its own. */
import { ChatError } from './errors.ts';
import type { FileSource } from './files.ts';
import { toBlob } from './internal/blob.ts';
import { loaded } from './internal/lazy.ts';
import type { Storage } from './internal/storage.ts';
import { uuidV7 } from './internal/uuid.ts';

export interface Avatars {
  /** Stores a picture and returns its address. @throws `file_too_large`, `unsupported_media_type`, `session_expired` */
  store(picture: FileSource): Promise<string>;
  /** Removes the pictures that were stored before the one at this address; all of them when it is another or none. */
  removeBefore(url: string | null): Promise<void>;
}

const BUCKET = 'avatars';

export function createAvatars(storage: Storage, userId: () => string | null): Avatars {
  return {
    async store(picture) {
      const id = userId();
      if (id === null) throw new ChatError('session_expired', 'unable to store picture; nobody is signed in');
      const path = `${id}/${uuidV7()}`;
      const { store } = await loaded(import('./internal/transfer.ts'));
      await store(storage, { bucket: BUCKET, path, content: toBlob(picture) });
      return storage.publicUrl(BUCKET, path);
    },
    async removeBefore(url) {
      const id = userId();
      if (id === null) return;
      const [, shown] = url?.split(storage.publicUrl(BUCKET, `${id}/`)) ?? [];
      const names = await storage.list('remove pictures', BUCKET, id);
      // Names sort by time: one that another device has just stored stays.
      const earlier = shown ? names.filter((name) => name < shown) : names;
      if (earlier.length > 0) {
        await storage.remove(
          'remove pictures',
          BUCKET,
          earlier.map((name) => `${id}/${name}`),
        );
      }
    },
  };
}
