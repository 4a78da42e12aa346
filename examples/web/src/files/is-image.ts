/** What browsers show as a picture, and no script can hide in. */
import type { FileInfo } from '@confab/sdk';

export const isImage = ({ mimeType }: FileInfo): boolean =>
  /^image\/(png|jpe?g|gif|webp|avif)$/.test(mimeType);
