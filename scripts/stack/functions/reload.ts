/** Tells when the code of the functions has changed. */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { FunctionConfig } from '../config.ts';

/** Editors write a file in several steps, and a branch switch writes many files. */
const QUIET_FOR = 150;

/** Functions share code beside their folders, so everything around them is watched, and any change means all. */
export function watchFunctions(functions: FunctionConfig[], changed: () => void): () => void {
  const folders = new Set(functions.map(({ entrypoint }) => dirname(dirname(entrypoint))).filter(existsSync));
  let timer: NodeJS.Timeout | undefined;
  const watchers: FSWatcher[] = [...folders].map((folder) =>
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(changed, QUIET_FOR);
    }).on('error', () => {}),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
