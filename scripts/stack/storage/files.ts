/**
 * The bytes of objects on disk. A file in `objects/` is whole and never changes; its name is the version that the
 * object's row gives. Bytes on their way are kept in `incoming/`.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { copyFile, type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { noSuchKey, tooLarge } from './errors.ts';

export interface Received {
  size: number;
  eTag: string;
}

export interface Files {
  /** Where resumable uploads wait for the rest of their bytes. */
  resumable: string;
  /** Stores all of the source under this version, or nothing. */
  receive(version: string, source: Readable, limit: number): Promise<Received>;
  /** Takes over a file that is complete already. */
  adopt(version: string, path: string): Promise<Received>;
  open(version: string | null): Promise<FileHandle>;
  /** Gives the same bytes a second version. */
  duplicate(version: string | null, copy: string): Promise<void>;
  remove(version: string | null): Promise<void>;
  /** The versions on disk. */
  versions(): string[];
  /** Throws away what uploads had sent when the server last stopped. */
  clearIncoming(): void;
}

/** Rows can be written by hand, so what they give for a version need not be one. */
const VERSION = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function openFiles(directory: string): Files {
  const incoming = join(directory, 'incoming');
  const objects = join(directory, 'objects');
  const resumable = join(directory, 'resumable');
  for (const folder of [incoming, objects, resumable]) mkdirSync(folder, { recursive: true });
  const pathOf = (version: string | null) => {
    if (!version || !VERSION.test(version)) throw noSuchKey();
    return join(objects, version);
  };

  /** From here on a crash of the machine does not undo the renaming either. */
  const publish = async (path: string, version: string) => {
    await rename(path, pathOf(version));
    await flush(objects);
  };

  return {
    resumable,

    async receive(version, source, limit) {
      const path = join(incoming, version);
      const meter = new Meter(limit);
      try {
        await pipeline(source, meter, createWriteStream(path, { flags: 'wx', flush: true }));
        await publish(path, version);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return meter.received();
    },

    async adopt(version, path) {
      const meter = new Meter(Number.MAX_SAFE_INTEGER);
      await flush(path);
      await pipeline(createReadStream(path), meter.resume());
      await publish(path, version);
      return meter.received();
    },

    async open(version) {
      try {
        return await open(pathOf(version));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noSuchKey();
        throw error;
      }
    },

    async duplicate(version, copy) {
      try {
        await link(pathOf(version), pathOf(copy));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') throw noSuchKey();
        // Not every file system has hard links, and one file has only so many.
        const path = join(incoming, copy);
        await copyFile(pathOf(version), path);
        await flush(path);
        await publish(path, copy);
        return;
      }
      await flush(objects);
    },

    async remove(version) {
      if (version && VERSION.test(version)) await rm(pathOf(version), { force: true });
    },

    versions: () => readdirSync(objects).filter((name) => VERSION.test(name)),

    clearIncoming() {
      for (const name of readdirSync(incoming)) rmSync(join(incoming, name), { force: true });
    },
  };
}

async function flush(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Counts and hashes what passes, up to a limit. */
class Meter extends Transform {
  readonly #limit: number;
  readonly #hash = createHash('md5');
  #size = 0;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error?: Error, chunk?: Buffer) => void): void {
    this.#size += chunk.length;
    if (this.#size > this.#limit) {
      done(tooLarge());
      return;
    }
    this.#hash.update(chunk);
    done(undefined, chunk);
  }

  received(): Received {
    return { size: this.#size, eTag: `"${this.#hash.digest('hex')}"` };
  }
}
