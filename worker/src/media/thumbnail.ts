/** Small pictures of images and videos. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';

export interface Thumbnail {
  /** WebP. */
  content: Uint8Array<ArrayBuffer>;
  /** Of the original, upright. */
  width: number;
  height: number;
}

// Of all that sharp reads these alone: what draws, such as SVG and PDF, is a program.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((kind) => `VipsForeignLoad${kind}`),
});

const EDGE = 480;
/** A few kilobytes can unpack to any size. */
const LARGEST_PICTURE = 100_000_000;
const LARGEST_FRAME_BYTES = 64 * 2 ** 20;
const PATIENCE = 60_000;

/** Only these are opened, each as what it is: a playlist that calls itself a video would have ffmpeg read other files. */
const CONTAINERS: Record<string, string> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/x-m4v': 'mov',
  'video/webm': 'matroska',
  'video/matroska': 'matroska',
  'video/x-matroska': 'matroska',
};

/** Null for what is neither picture nor video, or none that can be read. */
export async function makeThumbnail(path: string, mediaType: string): Promise<Thumbnail | null> {
  if (mediaType.startsWith('image/')) return shrink(path);
  const container = CONTAINERS[mediaType];
  const frame = container && (await firstFrame(path, container));
  return frame ? shrink(frame) : null;
}

async function shrink(source: string | Buffer): Promise<Thumbnail | null> {
  try {
    const image = sharp(source, { limitInputPixels: LARGEST_PICTURE, failOn: 'error' });
    const { autoOrient } = await image.metadata();
    const { data } = await image
      .autoOrient()
      .resize(EDGE, EDGE, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .timeout({ seconds: PATIENCE / 1000 })
      .toBuffer({ resolveWithObject: true });
    return { content: new Uint8Array(data), ...autoOrient };
  } catch {
    return null;
  }
}

async function firstFrame(path: string, container: string): Promise<Buffer | undefined> {
  const input = ['-protocol_whitelist', 'file', '-f', container, '-i', path];
  const output = ['-frames:v', '1', '-an', '-c:v', 'png', '-f', 'image2pipe', 'pipe:1'];
  try {
    const { stdout } = await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', ...input, ...output], {
      encoding: 'buffer',
      maxBuffer: LARGEST_FRAME_BYTES,
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    });
    return stdout.length > 0 ? stdout : undefined;
  } catch {
    return undefined; // no ffmpeg here, or nothing that it can read
  }
}
