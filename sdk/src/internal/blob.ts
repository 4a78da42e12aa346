/** Whatever an app has of a file, as what can be cut into parts and sent. */
import type { FileSource } from '../files.ts';

export const toBlob = (source: FileSource): Blob =>
  source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>]);
