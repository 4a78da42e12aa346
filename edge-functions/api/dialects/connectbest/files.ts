/** Files as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import type { FileRow, FileUrls, UploadedFile } from '../../core/files.ts';
import { Id, Time, toTime } from './values.ts';

const EXAMPLE = {
  id: '01936d2e-7c1a-7d3e-9f00-5a1b2c3d4e5f',
  name: 'plan.pdf',
  url: 'https://chat.example.com/storage/v1/object/sign/files/0193…/0193…?token=…',
  thumbnailUrl: null,
  size: 48_213,
  type: 'application/pdf',
};

/** A file of a message. */
export const Attachment = z
  .object({
    id: Id,
    name: z.string(),
    url: z.string().openapi({
      description:
        'Good for an hour, for whoever has it; list the messages again for a new one. Empty while the file is scanned for viruses',
    }),
    thumbnailUrl: z.string().nullable().openapi({
      description: 'Of images and videos, once it is made: message:updated tells',
    }),
    size: z.int().openapi({ description: 'Bytes' }),
    type: z.string().openapi({ description: 'Media type, told by what is in the file' }),
  })
  .openapi('Attachment', { example: EXAMPLE });

export const UploadedAttachment = Attachment.extend({ uploadedAt: Time }).openapi('UploadedAttachment', {
  example: { ...EXAMPLE, uploadedAt: '2026-11-21T12:00:00.000Z' },
});

export function toAttachment(file: FileRow, urls: ReadonlyMap<string, FileUrls>): z.infer<typeof Attachment> {
  const { url = '', thumbnailUrl = null } = urls.get(file.id) ?? {};
  return { id: file.id, name: file.name, url, thumbnailUrl, size: file.size, type: file.mime_type };
}

export const toUploadedAttachment = (
  file: UploadedFile,
  urls: ReadonlyMap<string, FileUrls>,
): z.infer<typeof UploadedAttachment> => ({
  ...toAttachment(file, urls),
  uploadedAt: toTime(file.created_at),
});
