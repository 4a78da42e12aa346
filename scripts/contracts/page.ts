/** Writes docs/contracts.md: every endpoint of every document, where it answers, what it comes to, and what comes later. */
import type { Description } from '../postman/collection.ts';
import { endpointName, readInventory } from './inventory.ts';
import { laterReason } from './later.ts';
import { DOCUMENTS, type DocumentName, MOUNTS } from './mounts.ts';
import { type Written, writtenInDialect, writtenInRoutes } from './reach.ts';

interface Row {
  method: string;
  /** Below /api. */
  union: string;
  document: DocumentName;
  /** Of the document's inventory; none for what is additive. */
  id: string | undefined;
  /** None for what comes later. */
  own?: string;
  hasBody: boolean;
  comesTo: string;
}

const FIRST: DocumentName = 'connectbest';

export function contractsPage(descriptions: Record<string, Description>): string {
  const others = DOCUMENTS.filter((document) => document !== FIRST);
  const rows = [FIRST, ...others].flatMap((document) => {
    const served = rowsOf(document, descriptions[document]?.paths ?? {});
    return [...served, ...laterRows(document, served)];
  });
  const meetings = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${namelessly(row.union)} ${row.method}`;
    meetings.set(key, [...(meetings.get(key) ?? []), row]);
  }
  const lines = [...meetings]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, met]) => met.map((row) => lineOf(row, met)));
  return [
    '# Endpoints and events',
    '',
    '<!-- Generated from the documents, the descriptions and the sources of the API by npm run gen. -->',
    '',
    'Each document is answered below a mount of its own, and all of them together below `/api`. Where two of them share',
    'a method and path there, the names in the body decide; where there is no body, ConnectBest keeps what is its own,',
    'and of the others the first one answers that knows what is asked for. Paths are below `/functions/v1`. What no',
    'document has is additive.',
    '',
    '| method | below /api | document | id | on its mount | comes to |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
    '## Events',
    '',
    '| id | document | event | comes to |',
    '|---|---|---|---|',
    ...DOCUMENTS.flatMap(eventLines),
    '',
  ].join('\n');
}

const namelessly = (path: string): string => path.replaceAll(/\{\w+\}|:\w+/g, '{}');

function rowsOf(document: DocumentName, paths: Description['paths']): Row[] {
  const written = document === FIRST ? writtenInRoutes() : writtenInDialect(document);
  return Object.entries(paths).flatMap(([path, operations]) => {
    const below = path.slice(MOUNTS[document].length);
    return Object.entries(operations).map(([verb, { requestBody }]) => {
      const method = verb.toUpperCase();
      return {
        ...{ method, union: `/api${below}`, document, own: path },
        id: idOf(document, method, below),
        hasBody: requestBody !== undefined,
        comesTo:
          find(written, verb, below, document)
            .reaches.map((name) => `\`${name}\``)
            .join(', ') || '–',
      };
    });
  });
}

function idOf(document: DocumentName, method: string, below: string): string | undefined {
  const { endpoints } = readInventory(document);
  return endpoints.find(
    (endpoint) =>
      endpoint.method === method &&
      namelessly(endpoint.path.replace(/^\/api(?=\/)/, '')) === namelessly(below),
  )?.id;
}

/** What the document has and nothing serves has to say when it comes. */
function laterRows(document: DocumentName, served: Row[]): Row[] {
  return readInventory(document)
    .endpoints.filter(({ id }) => !served.some((row) => row.id === id))
    .map((endpoint) => {
      const { id, method, path } = endpoint;
      const comesTo = laterReason(id);
      if (comesTo === undefined) throw failure(`nothing serves ${endpointName(endpoint)} of ${document}`);
      const union = path.replaceAll(/:(\w+)/g, '{$1}');
      return { method, union, document, id, hasBody: false, comesTo };
    });
}

function find(written: Written[], method: string, path: string, document: string): Written {
  const found = written.find((one) => one.method === method && one.pattern.test(path));
  if (!found) throw failure(`no source of ${method} ${path} of ${document}`);
  return found;
}

const failure = (reason: string) => new Error(`unable to write docs/contracts.md; ${reason}`);

function lineOf({ method, union, document, id, own, hasBody, comesTo }: Row, met: Row[]): string {
  const isHidden =
    met.length > 1 && document !== FIRST && !hasBody && met.some((row) => row.document === FIRST);
  const answers = isHidden ? `– (ConnectBest answers \`${union}\`)` : `\`${union}\``;
  return `| ${[method, answers, document, id ?? 'additive', own ? `\`${own}\`` : '–', comesTo].join(' | ')} |`;
}

const eventLines = (document: DocumentName): string[] =>
  readInventory(document).events.map(
    ({ id, text }) => `| ${id} | ${document} | \`${text}\` | ${laterReason(id) ?? '–'} |`,
  );
