/** Small files of every kind that uploads tell apart. */

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
/** Its first bytes are all that tells. */
export const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
export const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n');

const padded = (start: string) => Buffer.concat([Buffer.from(start, 'hex'), Buffer.alloc(512)]);

export const PROGRAMS: [string, Buffer<ArrayBuffer>][] = [
  ['a program of Windows', padded('4d5a9000')],
  ['a program of Linux', padded('7f454c46020101')],
  ['a program of macOS', padded('cffaedfe07000001')],
  ['a class of Java', padded('cafebabe00000034')],
];
