/** Files of messages: taken in as they stream, all of a form or none, deleted, and given addresses. */
import { type FieldPart, type FilePart, type FormRules, readForm } from '../../_shared/multipart.ts';
import type { Storage } from '../../_shared/storage.ts';
import { type ChatClient, given, run } from '../../_shared/supabase.ts';
import { inspect, store } from './receive.ts';

const BUCKET = 'files';

/** As a message's column `files` has it. */
export interface FileRow {
  id: string;
  name: string;
  mime_type: string;
  size: number;
  path: string;
  has_thumbnail: boolean;
  is_held: boolean;
}

export interface FileUrls {
  url: string;
  thumbnailUrl: string | null;
}

export interface UploadedFile extends FileRow {
  created_at: string;
}

/**
 * The addresses of files that the caller has read rows of, by their id: one round trip for a page of messages, none
 * for no files. Give it the files of all messages at once.
 */
export async function fileUrls(
  storage: Storage,
  files: readonly Pick<FileRow, 'id' | 'path' | 'has_thumbnail' | 'is_held'>[],
): Promise<Map<string, FileUrls>> {
  const readable = files.filter(({ is_held }) => !is_held);
  const paths = readable.flatMap((file) =>
    file.has_thumbnail ? [file.path, thumbnailOf(file)] : [file.path],
  );
  const urls = await storage.sign(BUCKET, paths);
  return new Map(
    readable.map((file) => {
      const thumbnailUrl = file.has_thumbnail ? urls.get(thumbnailOf(file)) : undefined;
      return [file.id, { url: urls.get(file.path) ?? '', thumbnailUrl: thumbnailUrl ?? null }];
    }),
  );
}

/** The same files with their addresses, which are empty while a file is held back. */
export async function withUrls<File extends Parameters<typeof fileUrls>[1][number]>(
  storage: Storage,
  files: readonly File[],
) {
  const urls = await fileUrls(storage, files);
  return files.map((file) => ({ ...file, url: urls.get(file.id)?.url ?? '' }));
}

const thumbnailOf = ({ path }: Pick<FileRow, 'path'>) => `${path}.thumbnail`;

export type ChannelFileRow = FileRow & { seq: number };

/** Those sent to a channel, newest first, before the message of this number. */
export const listFiles = (
  client: ChatClient,
  { channelId, limit, before }: { channelId: string; limit: number; before?: number | undefined },
) =>
  run(
    'list files',
    client
      .rpc(
        'list_files',
        { channel_id: channelId, page_size: limit, ...given({ before_seq: before }) },
        { get: true },
      )
      .select('id, name, mime_type, size, path, has_thumbnail, is_held, seq')
      .overrideTypes<ChannelFileRow[], { merge: false }>(),
  );

export interface UploadRules extends FormRules {
  /** The channel that another field names; refuses what it must not say. */
  channelOf(part: FieldPart): string | undefined;
}

export interface Reach {
  storage: Storage;
  client: ChatClient;
  /** Reads what an API key for writing alone may not. */
  server: ChatClient;
}

/** Stores every file of a form, or none. Without a channel any message of the caller may take them. */
export async function uploadFiles(
  { storage, client, server }: Reach,
  request: Request,
  { channelOf, ...rules }: UploadRules,
): Promise<UploadedFile[]> {
  const files: UploadedFile[] = [];
  const early: string[] = [];
  let channelId: string | undefined;
  try {
    for await (const part of readForm(request, rules)) {
      if (part.kind === 'field') {
        channelId = channelOf(part) ?? channelId;
        continue;
      }
      const id = await uploadFile(storage, client, part, channelId, files);
      if (!channelId) early.push(id);
    }
    // The channel may be named after the files.
    if (channelId && early.length > 0) {
      await run('place files', client.rpc('place_files', { channel_id: channelId, file_ids: early }));
    }
    return files.length === 0 ? files : await asHeld(server, files);
  } catch (error) {
    await Promise.allSettled(files.map(({ id }) => deleteFile(storage, client, id)));
    throw error;
  }
}

/** As the files are now: the scanner may have been turned on since they were announced. */
async function asHeld(server: ChatClient, files: UploadedFile[]): Promise<UploadedFile[]> {
  const ids = files.map(({ id }) => id);
  const rows = await run('store file', server.from('files').select('id, is_held').in('id', ids));
  const now = new Map(rows.map(({ id, is_held }) => [id, is_held]));
  return files.map((file) => ({ ...file, is_held: now.get(file.id) ?? true }));
}

/** Notes the file in `files` before its bytes are stored, so that nothing of it stays when that fails. */
async function uploadFile(
  storage: Storage,
  client: ChatClient,
  part: FilePart,
  channelId: string | undefined,
  files: UploadedFile[],
): Promise<string> {
  const incoming = await inspect(part);
  const announced = await run(
    'store file',
    client
      .rpc('create_file', {
        name: incoming.name,
        mime_type: incoming.mediaType,
        ...(channelId && { channel_id: channelId }),
      })
      .select('id, name, mime_type, size, path, has_thumbnail, is_held, created_at')
      .single(),
  );
  const file = { ...announced };
  files.push(file);
  // Of unknown size it was announced as large as it may be.
  file.size = await store(storage, { bucket: BUCKET, path: file.path, limit: announced.size }, incoming);
  return file.id;
}

/** Deletes a file of the caller, its row and its bytes. @throws `file_not_found`, `not_the_uploader` */
export async function deleteFile(storage: Storage, client: ChatClient, id: string): Promise<void> {
  const file = await run('delete file', client.rpc('delete_file', { id }).select('path').single());
  // Nothing refers to it any more; bytes that stay now are collected later.
  await storage.remove(BUCKET, [file.path, thumbnailOf(file)]).catch(() => {});
}
