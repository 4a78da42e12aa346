/** Puts the mails of supabase/templates into one file that functions import, because a deployed function has no files beside its code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A template is `<name>.txt`, whose first line is the subject, and `<name>.html`, which goes into `layout.html`. */
export function mailTemplates(folder: string): string {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length));
  const entries = names.sort().map((name) => {
    const [, subject = '', text = ''] = /^Subject: ([^\n]+)\n\n(.*)$/s.exec(read(`${name}.txt`)) ?? [];
    if (!subject) throw new Error(`unable to read ${name}.txt; its first line is no subject`);
    const html = read('layout.html')
      .replaceAll('{{subject}}', subject)
      .replace('{{content}}', () => read(`${name}.html`).trim());
    return [name, { subject, text, html }];
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
