/** Writes docs/contracts.md: every endpoint of every document, where it answers, and what it comes to. */
import type { Description } from '../postman/collection.ts';
import { type Written, writtenInDialect, writtenInRoutes } from './reach.ts';

interface Row {
  method: string;
  /** Below /api. */
  union: string;
  document: string;
  own: string;
  hasBody: boolean;
  reaches: string[];
}

const FIRST = 'connectbest';

export function contractsPage(documents: Record<string, Description>): string {
  const rows = Object.entries(documents).flatMap(([document, description]) => rowsOf(document, description));
  const meetings = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.union.replaceAll(/\{\w+\}/g, '{}')} ${row.method}`;
    meetings.set(key, [...(meetings.get(key) ?? []), row]);
  }
  const lines = [...meetings]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, met]) => met.map((row) => lineOf(row, met)));
  return [
    '# Endpoints',
    '',
    '<!-- Generated from the descriptions and the sources of the API by npm run gen. -->',
    '',
    'Each document is answered below a mount of its own, and all of them together below `/api`. Where two of them share',
    'a method and path there, the names in the body decide; where there is no body, ConnectBest keeps what is its own,',
    'and of the others the first one answers that knows what is asked for. Paths are below `/functions/v1`.',
    '',
    '| method | below /api | document | on its mount | comes to |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function rowsOf(document: string, { paths }: Description): Row[] {
  const written = document === FIRST ? writtenInRoutes() : writtenInDialect(document);
  return Object.entries(paths).flatMap(([path, operations]) => {
    // The last part of a mount is `api`, but for Conversations, which has none.
    const below = path.replace(/^(\/\w+?)??\/api(?=\/)|^\/conversations(?=\/)/, '');
    return Object.entries(operations).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      union: `/api${below}`,
      document,
      own: path,
      hasBody: requestBody !== undefined,
      reaches: find(written, method, below, document).reaches,
    }));
  });
}

function find(written: Written[], method: string, path: string, document: string): Written {
  const found = written.find((one) => one.method === method && one.pattern.test(path));
  if (!found)
    throw new Error(`unable to write docs/contracts.md; no source of ${method} ${path} of ${document}`);
  return found;
}

function lineOf({ method, union, document, own, hasBody, reaches }: Row, met: Row[]): string {
  const isHidden =
    met.length > 1 && document !== FIRST && !hasBody && met.some((row) => row.document === FIRST);
  const answers = isHidden ? `– (ConnectBest answers \`${union}\`)` : `\`${union}\``;
  const names = reaches.map((name) => `\`${name}\``).join(', ');
  return `| ${method} | ${answers} | ${document} | \`${own}\` | ${names || '–'} |`;
}
