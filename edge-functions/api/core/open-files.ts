/** Reading files by their ids, and uploading one for a channel or to keep. */
import { ApiError } from '../../_shared/errors.ts';
import type { FieldPart } from '../../_shared/multipart.ts';
import { Uuid } from '../../_shared/schemas.ts';
import type { Storage } from '../../_shared/storage.ts';
import { type ChatClient, given, run } from '../../_shared/supabase.ts';
import { deleteFile, type FileRow, type Reach, type UploadedFile, uploadFiles } from './files.ts';
import { joinAndPost } from './open-channels.ts';

/** `chat.readable_file`: of composite types the database does not say what is never null. */
export type ReadableFileRow = Pick<FileRow, 'id' | 'name' | 'mime_type' | 'size' | 'path'> & {
  created_at: string;
};

/** Newest first. */
export const listReadableFiles = async (
  client: ChatClient,
  { limit, before, offset }: { limit: number; before?: string | undefined; offset: number },
) =>
  (await run(
    'list files',
    client.rpc('list_readable_files', given({ page_size: limit, before, page_skip: offset })),
  )) as ReadableFileRow[];

/** The file as it lies in Storage, to be saved and never shown in place: anybody may have written it. */
export async function download(storage: Storage, client: ChatClient, id: string, request: Request) {
  const file = (await run(
    'read file',
    client.rpc('get_readable_file', { id }),
  )) as unknown as ReadableFileRow;
  // Nobody would read it, nor let go of it.
  const content = request.method === 'HEAD' ? null : await storage.read('files', file.path, request.signal);
  return new Response(content, {
    headers: {
      'content-type': file.mime_type,
      'content-length': String(file.size),
      'content-disposition': `attachment; filename*=UTF-8''${encodeName(file.name)}`,
    },
  });
}

/** As RFC 5987 spells what is not ASCII. */
const encodeName = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

interface Fields {
  file: string;
  channel: string;
}

interface FileMessage {
  channelId: string;
  content: string;
  fileIds: string[];
}

/**
 * Stores the one file of a form, whose `fields` have these names, and sends it to the channel that the form names, in a
 * message of its own. Without a channel it is kept until its uploader deletes it.
 */
export async function share(
  reach: Reach,
  request: Request,
  fields: Fields,
  send: (client: ChatClient, message: FileMessage) => Promise<unknown> = joinAndPost,
): Promise<UploadedFile> {
  const { storage, client } = reach;
  let channelId: string | undefined;
  const [file] = await uploadFiles(reach, request, {
    field: fields.file,
    maxFiles: 1,
    // Whoever sends may have to join it first.
    channelOf(part) {
      channelId = channelIn(part, fields) ?? channelId;
      return undefined;
    },
  }).catch(orMissing(fields));
  if (!file) throw wrong(fields.file, 'is missing');
  try {
    if (channelId) await send(client, { channelId, content: '', fileIds: [file.id] });
    else await run('keep file', client.rpc('keep_file', { id: file.id }));
    return file;
  } catch (error) {
    await deleteFile(storage, client, file.id).catch(() => {});
    throw error;
  }
}

/** Forms send an empty field where an app has nothing to say. */
function channelIn({ field, value }: FieldPart, fields: Fields): string | undefined {
  if (field === fields.file) throw wrong(field, 'must be a file');
  if (field !== fields.channel || value === '') return undefined;
  const { data } = Uuid.safeParse(value);
  if (!data) throw wrong(field, 'must be a UUID');
  return data;
}

/** Of what is no form, or has a file somewhere else only, the documents say that the file is missing. */
const orMissing =
  ({ file, channel }: Fields) =>
  (error: unknown): never => {
    if (!(error instanceof ApiError)) throw error;
    const isElsewhere = error.details?.some(({ field }) => field !== file && field !== channel);
    throw error.code === 'unsupported_media_type' || isElsewhere ? wrong(file, 'is missing') : error;
  };

const wrong = (field: string, message: string) =>
  new ApiError('invalid_input', 400, `unable to upload; ${field}: ${message}`, {
    details: [{ field, message }],
  });
