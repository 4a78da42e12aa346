/** Keeps the bytes of unfinished resumable uploads, and remembers finished ones for clients that ask again. */
import { readdirSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStore } from '@tus/file-store';
import { ERRORS, Upload } from '@tus/server';

export class ResumableStore extends FileStore {
  pathOf(id: string): string {
    return join(this.directory, id);
  }

  /** An upload whose bytes have become an object keeps only its description; it is complete. */
  override async getUpload(id: string): Promise<Upload> {
    try {
      return await super.getUpload(id);
    } catch (error) {
      const finished = error === ERRORS.FILE_NO_LONGER_EXISTS && (await this.configstore.get(id));
      if (!finished) throw error;
      const { size = 0, metadata = {}, creation_date = '' } = finished;
      return new Upload({ id, size, offset: size, metadata, creation_date });
    }
  }

  async isFinished(id: string): Promise<boolean> {
    return stat(this.pathOf(id)).then(
      () => false,
      () => true,
    );
  }

  override async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
    await rm(`${this.pathOf(id)}.json`, { force: true });
  }

  /** Removes the uploads that nothing has happened to for so long. */
  async removeOlderThan(ms: number): Promise<void> {
    for (const id of this.ids()) {
      const touched = await Promise.all([
        this.#touched(this.pathOf(id)),
        this.#touched(`${this.pathOf(id)}.json`),
      ]);
      if (Math.max(...touched) < Date.now() - ms) await this.remove(id);
    }
  }

  /**
   * Removes those of the uploads that cannot be continued. One that has all its bytes here died on its way to becoming an
   * object: its client must start again, and would not if it were told that nothing is missing.
   */
  async removeStranded(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      const upload = await this.getUpload(id).catch(() => undefined);
      if (!upload || upload.offset === upload.size) await this.remove(id);
    }
  }

  ids(): Set<string> {
    return new Set(readdirSync(this.directory).map((name) => name.replace(/\.json$/, '')));
  }

  async #touched(path: string): Promise<number> {
    return stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }
}
