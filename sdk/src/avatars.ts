/** Pictures of people: stored where everybody can see them, and put into the profile. */
import { type FileSource, loaded } from './files.ts';
import { toBlob } from './internal/blob.ts';
import type { Rest } from './internal/rest.ts';
import type { Storage } from './internal/storage.ts';
import { uuidV7 } from './internal/uuid.ts';

const BUCKET = 'avatars';

/**
 * Shows a picture as the caller's, or with `null` none, and returns its address. Earlier pictures are removed.
 * @throws `file_too_large` above 5 MB, `unsupported_media_type` unless it is a PNG, JPEG, GIF, WebP or AVIF
 */
export async function setAvatar(
  { rest, storage }: { rest: Rest; storage: Storage },
  userId: string,
  picture: FileSource | null,
): Promise<string | null> {
  const name = uuidV7();
  let url = '';
  if (picture) {
    const { store } = await loaded(import('./internal/transfer.ts'));
    const path = `${userId}/${name}`;
    await store(storage, { bucket: BUCKET, path, content: toBlob(picture) });
    url = storage.publicUrl(BUCKET, path);
  }
  await rest.run('set avatar', rest.client.rpc('update_profile', { avatar_url: url }));
  const held = await storage.list('set avatar', BUCKET, userId);
  const earlier = held.filter((other) => other < name).map((other) => `${userId}/${other}`);
  if (earlier.length > 0) await storage.remove('set avatar', BUCKET, earlier);
  return url || null;
}
