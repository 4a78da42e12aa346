/** Finds in the schema files which functions run with their owner's rights, and the reason that stands above each. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Definer {
  /** With its schema; overloads share one entry. */
  name: string;
  file: string;
  /** Undefined when no comment says why. */
  reason: string | undefined;
}

const folder = fileURLToPath(new URL('../supabase/schemas/', import.meta.url));
const FUNCTION =
  /((?:^--[^\n]*\n)*)^create function ([\w.]+)\((.*?)\nas \$\$|((?:^--[^\n]*\n)*)^create function ([\w.]+)\((.*?) as \$\$/gms;

/** In the order of the files. "As above" repeats the last reason. */
export function readDefiners(): Definer[] {
  const found = new Map<string, Definer>();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()) {
    let last: string | undefined;
    for (const match of readFileSync(folder + file, 'utf8').matchAll(FUNCTION)) {
      const [comment, name, head] = [match[1] ?? match[4], match[2] ?? match[5], match[3] ?? match[6]];
      if (!name || !/security definer/.test(head ?? '')) continue;
      const said = /Definer:(.*)/s
        .exec((comment ?? '').replace(/^-- ?/gm, ''))?.[1]
        ?.replaceAll(/\s+/g, ' ')
        .trim();
      const reason =
        said && /^as above/i.test(said)
          ? last &&
            [last.split(/(?<=\.) /)[0], said.slice(8).replace(/^[.;,]\s*/, '')].filter(Boolean).join(' ')
          : said;
      last = said && /^as above/i.test(said) ? last : said;
      if (!found.get(name)?.reason) found.set(name, { name, file, reason });
    }
  }
  return [...found.values()];
}
