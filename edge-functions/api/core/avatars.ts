/** Pictures of people, in a public bucket under paths that nobody guesses. */
import { ApiError } from '../../_shared/errors.ts';
import { readForm } from '../../_shared/multipart.ts';
import type { Storage } from '../../_shared/storage.ts';
import { type ChatClient, run } from '../../_shared/supabase.ts';
import { uuidV7 } from '../../_shared/uuid.ts';
import { inspect, store } from './receive.ts';

const BUCKET = 'avatars';
/** A picture never changes: the next one has another address. */
const CACHE_SECONDS = 31_536_000;

export interface PictureRules {
  field: string;
  maxBytes: number;
  types: readonly string[];
}

/** Stores the picture in the form, shows it in the profile, removes those before it, and returns its address. */
export async function setAvatar(
  storage: Storage,
  client: ChatClient,
  userId: string,
  request: Request,
  { field, maxBytes, types }: PictureRules,
): Promise<string> {
  let path: string | undefined;
  try {
    for await (const part of readForm(request, { field, maxFiles: 1 })) {
      if (part.kind === 'field') continue;
      const incoming = await inspect(part);
      if (!types.includes(incoming.mediaType)) {
        throw new ApiError(
          'unsupported_media_type',
          415,
          `unable to store picture; send ${types.join(', ')}`,
          {
            details: [{ field, message: `must be ${types.join(', ')}` }],
          },
        );
      }
      path = `${userId}/${uuidV7()}`;
      await store(storage, { bucket: BUCKET, path, limit: maxBytes, cacheSeconds: CACHE_SECONDS }, incoming);
    }
    if (!path) {
      throw new ApiError('invalid_input', 400, 'unable to store picture; the form has none', {
        details: [{ field, message: 'must be a file' }],
      });
    }
    const url = storage.publicUrl(BUCKET, path);
    await run('update profile', client.rpc('update_profile', { avatar_url: url }));
    // Names sort by time: one that another device has just stored stays. What else stays now is collected later.
    const shown = path;
    await storage
      .list(BUCKET, userId)
      .then((held) =>
        storage.remove(
          BUCKET,
          held.filter((name) => name < shown),
        ),
      )
      .catch(() => {});
    return url;
  } catch (error) {
    if (path) await storage.remove(BUCKET, [path]).catch(() => {});
    throw error;
  }
}
