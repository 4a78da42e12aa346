/** What a file is, by what is in it: neither its name nor what its sender says of it counts. */
import { fileTypeFromBuffer } from 'file-type';

/** Bytes that are enough to tell. */
export const HEAD_SIZE = 16 * 1024;

/** Texts look alike, so their sender says which kind one is, unless a browser would run it: that is plain text. */
const KINDS_OF_TEXT = new Set([
  'application/json',
  'application/x-ndjson',
  'application/yaml',
  'text/calendar',
  'text/csv',
  'text/markdown',
  'text/tab-separated-values',
  'text/vcard',
  'text/vtt',
]);

/** Recognised, but a browser that is shown one runs the scripts in it. */
const ACTIVE = new Set(['application/xml', 'image/svg+xml', 'text/html']);

/** The media type of a file that begins with these bytes; `said` is what its sender says. */
export async function mediaTypeOf(head: Uint8Array, said: string): Promise<string> {
  const found = await recognise(head);
  if (found) return ACTIVE.has(found) ? 'text/plain' : found;
  if (!isText(head)) return 'application/octet-stream';
  return KINDS_OF_TEXT.has(said) ? said : 'text/plain';
}

async function recognise(head: Uint8Array): Promise<string | undefined> {
  try {
    const type = await fileTypeFromBuffer(head);
    return type?.mime.split(';')[0];
  } catch {
    return undefined; // the bytes end where it would read on
  }
}

/** UTF-8 without control characters; a character that the head cuts in two is none of its fault. */
function isText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what makes it no text
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}
