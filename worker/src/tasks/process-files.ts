/** Scans uploaded files, lets them be read, measures pictures and makes thumbnails. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../log.ts';
import { findVirus } from '../media/clamd.ts';
import { makeThumbnail } from '../media/thumbnail.ts';
import { openStorage } from '../storage.ts';
import type { Context, Task } from '../task.ts';

export interface FileRow {
  id: string;
  path: string;
  mime_type: string;
  is_held: boolean;
  has_thumbnail: boolean;
}

const BUCKET = 'files';

export const processFiles: Task = {
  name: 'process_files',
  sweep: '* * * * *',
  async run(context) {
    const { query, settings, log, signal } = context;
    // From the first start with a scanner on nobody reads what it has not seen, also when it is away later.
    if (settings.clamav) {
      await query(`update chat.settings set value = 'true' where name = 'scan_files' and value <> 'true'`);
    }
    while (!signal.aborted) {
      const [file] = await query<FileRow>(
        'select id, path, mime_type, is_held, has_thumbnail from chat_private.next_unprocessed_file()',
      );
      if (!file) return;
      try {
        await processFile(file, context);
      } catch (error) {
        log.error('unable to process file; it is tried again later', {
          file: file.id,
          reason: reasonOf(error),
        });
      }
    }
  },
};

export async function processFile(file: FileRow, { query, settings, log }: Context): Promise<void> {
  const storage = openStorage(settings);
  const folder = await mkdtemp(join(tmpdir(), 'confab-file-'));
  try {
    const local = join(folder, 'content');
    if (!(await storage.download(BUCKET, file.path, local))) {
      await query('select chat_private.finish_file($1)', [file.id]);
      return;
    }
    if (file.is_held) {
      if (!settings.clamav) throw new Error('it has to be scanned and CLAMAV_HOST is not set');
      const virus = await findVirus(settings.clamav, local);
      if (virus !== null) {
        log.warn('deleted an infected file', { file: file.id, virus });
        await query('select chat_private.reject_file($1)', [file.id]);
        return;
      }
      await query('select chat_private.release_file($1)', [file.id]);
    }
    const thumbnail = file.has_thumbnail ? null : await makeThumbnail(local, file.mime_type);
    if (thumbnail) await storage.store(BUCKET, `${file.path}.thumbnail`, thumbnail.content, 'image/webp');
    await query('select chat_private.finish_file($1, $2, $3)', [
      file.id,
      thumbnail?.width ?? null,
      thumbnail?.height ?? null,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
