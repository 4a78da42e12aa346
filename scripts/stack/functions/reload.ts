/** Tells when the code of the functions has changed. */
import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FunctionConfig } from '../config.ts';

/** Editors write a file in several steps, and a branch switch writes many files. */
const QUIET_FOR = 150;

/** Functions share code beside their folders, so everything around them is watched, and any change means all. */
export function watchFunctions(functions: FunctionConfig[], changed: () => void): () => void {
  const roots = [...new Set(functions.map(({ entrypoint }) => dirname(dirname(entrypoint))))];
  let timer: NodeJS.Timeout | undefined;
  let watchers: FSWatcher[] = [];

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      look();
      changed();
    }, QUIET_FOR);
  }

  /** Watches folder by folder: a recursive watcher of Node 20 loses a file that another one is moved onto. */
  function look() {
    const before = watchers;
    watchers = [];
    try {
      for (const folder of roots.filter(existsSync).flatMap(foldersIn)) {
        watchers.push(watch(folder, wait).on('error', () => {}));
      }
    } catch {
      // A folder went away between the listing and the look.
      wait();
    }
    for (const watcher of before) watcher.close();
  }

  look();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

const foldersIn = (folder: string): string[] => [
  folder,
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .flatMap(({ name }) => foldersIn(join(folder, name))),
];
