/** The wish for an image in another size or quality: its form in requests, and its form inside a signed URL. */

export interface Transformation {
  width?: number;
  height?: number;
  resize?: 'cover' | 'contain' | 'fill';
  quality?: number;
  format?: 'origin';
}

const LONGEST_SIDE = 2500;
const PROPERTIES = {
  width: { type: 'integer', minimum: 1, maximum: LONGEST_SIDE },
  height: { type: 'integer', minimum: 1, maximum: LONGEST_SIDE },
  resize: { type: 'string', enum: ['cover', 'contain', 'fill'] },
  quality: { type: 'integer', minimum: 20, maximum: 100 },
  format: { type: 'string', enum: ['origin'] },
};

export const TRANSFORMATION_SCHEMA = { type: 'object', properties: PROPERTIES };

export const RENDER_QUERY = {
  type: 'object',
  properties: { ...PROPERTIES, download: { type: 'string' } },
};

/** `width:100,resize:cover`; empty when nothing is wished for. */
export function describeTransformation(wish: Transformation): string {
  return Object.keys(PROPERTIES)
    .map((name) => [name, wish[name as keyof Transformation]] as const)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}:${value}`)
    .join(',');
}

/** The opposite of `describeTransformation`; the text comes from a token of our own making. */
export function readTransformation(text: string): Transformation {
  const entries = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = part.split(':');
      return [name, /^\d+$/.test(value) ? Number(value) : value];
    });
  return Object.fromEntries(entries) as Transformation;
}
