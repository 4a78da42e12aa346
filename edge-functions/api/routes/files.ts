/** Uploading and deleting attachments, and the own picture (ConnectBest 5.1, 5.2, 2.2). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn, signedInFor } from '../../_shared/caller.ts';
import { ApiError } from '../../_shared/errors.ts';
import { errorAnswers, jsonAnswer, refuseInvalid } from '../../_shared/http.ts';
import type { FieldPart } from '../../_shared/multipart.ts';
import { Uuid } from '../../_shared/schemas.ts';
import { setAvatar } from '../core/avatars.ts';
import { deleteFile, fileUrls, uploadFiles } from '../core/files.ts';
import type { Deps } from '../deps.ts';
import { toUploadedAttachment, UploadedAttachment } from '../dialects/connectbest/files.ts';

const MAX_FILES = 10;
const PICTURE = { field: 'file', maxBytes: 5 * 2 ** 20, types: ['image/jpeg', 'image/png', 'image/gif'] };

/** A schema of OpenAPI and not of zod: one of zod would read the whole form into memory to check it. */
const formBody = (properties: Record<string, object>, required: string[]) => ({
  body: {
    content: { 'multipart/form-data': { schema: { type: 'object' as const, properties, required } } },
    required: true,
  },
});

/** Nothing is stored before Postgres has said that it may be. */
const uploading = signedInFor('api_upload', { isAskedFirst: true });

const upload = createRoute({
  ...uploading,
  method: 'post',
  path: '/upload',
  operationId: 'uploadFiles',
  summary: 'Upload files for messages',
  description:
    'Stores all of the files or none. Their type is told by what is in them. A file that no message has taken within seven days is deleted. With `channelId` only messages of that channel can take them.',
  tags: ['Files'],
  request: formBody(
    {
      files: {
        type: 'array',
        items: { type: 'string', format: 'binary' },
        minItems: 1,
        maxItems: MAX_FILES,
        description: 'At most 50 MB each',
      },
      channelId: { type: 'string', format: 'uuid' },
    },
    ['files'],
  ),
  responses: {
    200: jsonAnswer(
      'The files, as messages take them',
      z.object({ attachments: z.array(UploadedAttachment) }),
    ),
    ...errorAnswers({
      400: [
        'There is no file, there are over ten, or one is empty or has no name; or a field is wrong',
        'too_many_files',
        'file_empty',
        'invalid_file_name',
      ],
      403: [
        'Not a member of the channel, or it is archived',
        'not_a_member',
        'channel_archived',
        'user_blocked',
      ],
      404: ['No such channel, or not visible to you', 'channel_not_found'],
      413: ['A file is larger than 50 MB', 'file_too_large'],
      415: [
        'A file is a program or of another type that is not taken, or the request is no form',
        'file_type_not_allowed',
      ],
    }),
  },
});

const remove = createRoute({
  ...signedIn,
  method: 'delete',
  path: '/upload/{attachmentId}',
  operationId: 'deleteFile',
  summary: 'Delete an own file for good',
  description: 'A message that it was sent with loses it, and `message:updated` tells so.',
  tags: ['Files'],
  request: { params: z.object({ attachmentId: Uuid }) },
  responses: {
    200: jsonAnswer('It is gone', z.object({ success: z.literal(true) })),
    ...errorAnswers({
      400: 'The id is no UUID',
      403: ['Somebody else uploaded it', 'not_the_uploader'],
      404: ['No such file, or not visible to you', 'file_not_found'],
    }),
  },
});

const avatar = createRoute({
  ...uploading,
  method: 'post',
  path: '/users/avatar',
  operationId: 'setAvatar',
  summary: 'Set the own picture',
  description: 'A JPEG, PNG or GIF, told by what is in the file. The picture before it is deleted.',
  tags: ['Users'],
  request: formBody({ file: { type: 'string', format: 'binary', description: 'At most 5 MB' } }, ['file']),
  responses: {
    200: jsonAnswer(
      'The new address, which everybody may read',
      z.object({ avatarUrl: z.string() }).openapi({
        example: { avatarUrl: 'https://chat.example.com/storage/v1/object/public/avatars/0193…/0193…' },
      }),
    ),
    ...errorAnswers({
      400: ['There is no file, there are several, or it is empty', 'file_empty', 'too_many_files'],
      413: ['Larger than 5 MB', 'file_too_large'],
      415: 'Neither JPEG, PNG nor GIF, or the request is no form',
    }),
  },
});

export function fileRoutes({ supabase, storage }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(upload, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const reach = { storage, client, server: supabase.asServer() };
      const files = await uploadFiles(reach, c.req.raw, {
        field: 'files',
        maxFiles: MAX_FILES,
        channelOf,
      });
      if (files.length === 0) refuseField('files', 'must be at least one file');
      const urls = await fileUrls(storage, files);
      return c.json({ attachments: files.map((file) => toUploadedAttachment(file, urls)) }, 200);
    })
    .openapi(remove, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      await deleteFile(storage, client, c.req.valid('param').attachmentId);
      return c.json({ success: true } as const, 200);
    })
    .openapi(avatar, async (c) => {
      const { token, id } = c.var.caller;
      const avatarUrl = await setAvatar(storage, supabase.asCaller(token), id, c.req.raw, PICTURE);
      return c.json({ avatarUrl }, 200);
    });
}

/** Forms send an empty field where an app has nothing to say. */
function channelOf({ field, value }: FieldPart): string | undefined {
  if (field === 'files') return refuseField('files', 'must be files');
  if (field !== 'channelId' || value === '') return undefined;
  const { data } = Uuid.safeParse(value);
  return data ?? refuseField('channelId', 'must be a UUID');
}

function refuseField(field: string, message: string): never {
  throw new ApiError('invalid_input', 400, `unable to upload; ${field}: ${message}`, {
    details: [{ field, message }],
  });
}
