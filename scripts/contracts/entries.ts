/** Every endpoint, event and requirement of a document, with the tests that show it and what became of them. */
import { type ContractTests, missingTests, readContractTests } from './contract-tests.ts';
import { demandsOf, missingEvidence, splitTest } from './demands.ts';
import { evidence } from './evidence.ts';
import { type Excuses, exemptions } from './exemptions.ts';
import { type Endpoint, endpointName, readInventory } from './inventory.ts';
import { isMeant, laterReason } from './later.ts';
import { DOCUMENTS, type DocumentName, MOUNTS } from './mounts.ts';
import { type Result, verdictOf } from './results.ts';

export interface Entry {
  id: string;
  kind: 'endpoint' | 'event' | 'requirement';
  text: string;
  /** Why there is nothing to test, or nothing yet. */
  reason?: string;
  isLater: boolean;
  /** Where its tests are, below tests. */
  files: string[];
  results: Result[];
  /** Names of tests, or the statuses that they have to show. */
  shownBy: string;
  /** What no test shows. */
  missing: string[];
}

export function entriesOf(document: DocumentName, results: Result[]): Entry[] {
  const inventory = readInventory(document);
  const tests = readContractTests(document);
  const events = new Set(inventory.events);
  return [
    ...inventory.endpoints.map((endpoint) => endpointEntry(document, endpoint, tests, results)),
    ...demandsOf(inventory).map((demand) =>
      demandEntry(demand, events.has(demand) ? 'event' : 'requirement', results),
    ),
  ];
}

const laterEntry = (id: string, kind: Entry['kind'], text: string): Entry | undefined => {
  const reason = laterReason(id);
  if (reason === undefined) return undefined;
  return { id, kind, text, reason, isLater: true, files: [], results: [], shownBy: '', missing: [] };
};

function endpointEntry(
  document: DocumentName,
  endpoint: Endpoint,
  tests: ContractTests,
  results: Result[],
): Entry {
  const { id } = endpoint;
  const name = endpointName(endpoint);
  const later = laterEntry(id, 'endpoint', name);
  if (later) return later;
  const files = filesOf(tests.get(name) ?? []);
  const own = results.filter(
    ({ file, titles }) => files.includes(file) && (titles.length === 0 || titles.includes(name)),
  );
  const excuses: Excuses = exemptions[document][name] ?? {};
  const statuses = [endpoint.success, ...endpoint.errors].filter(
    (status) => status < 500 && excuses[status] === undefined,
  );
  const missing = missingTests(endpoint, tests, exemptions[document]).map(String);
  const isWhole = verdictOf(own, files) === 'passed';
  const unanswered = statuses.filter((status) => isWhole && !isAnswered(document, endpoint, status, own));
  return {
    ...{ id, kind: 'endpoint', text: name, isLater: false, files, results: own },
    shownBy: statuses.join(', '),
    missing: [...missing, ...unanswered.map((status) => `${status} never came`)],
  };
}

/** Whether the endpoint answered so in a test of its own: on the document's mount, or below /api. */
function isAnswered(document: DocumentName, { method, path }: Endpoint, status: number, own: Result[]) {
  const below = path.replace(/^\/api(?=\/)/, '').replaceAll(/:\w+|\{\w+\}/g, '[^/]+');
  const answer = new RegExp(`^${method} (/api|${MOUNTS[document]})${below}/? ${status}$`);
  return own.some(({ answers }) => answers.some((line) => answer.test(line)));
}

function demandEntry(
  { id, text }: { id: string; text: string },
  kind: Entry['kind'],
  results: Result[],
): Entry {
  const later = laterEntry(id, kind, text);
  if (later) return later;
  const { tests = [], endpoints, reason } = evidence[id] ?? {};
  const missing = missingEvidence(evidence[id]);
  const shown =
    endpoints === undefined
      ? {
          files: [...new Set(tests.map((test) => splitTest(test)[0]))],
          results: results.filter(isAmong(tests)),
        }
      : ofEndpoints(endpoints, results);
  return {
    ...{ id, kind, text, isLater: false, ...shown },
    ...(reason !== undefined && { reason }),
    shownBy: endpoints === undefined ? tests.join('; ') : `the tests of ${endpoints}`,
    missing: missing === undefined ? [] : [missing],
  };
}

function ofEndpoints(wanted: string, results: Result[]): Pick<Entry, 'files' | 'results'> {
  const entries = DOCUMENTS.flatMap((document) => {
    const tests = readContractTests(document);
    return readInventory(document)
      .endpoints.filter(({ id }) => isMeant(id, wanted))
      .map((endpoint) => endpointEntry(document, endpoint, tests, results));
  });
  return {
    files: [...new Set(entries.flatMap(({ files }) => files))],
    results: [...new Set(entries.flatMap((entry) => entry.results))],
  };
}

const filesOf = (tests: { file: string }[]): string[] => [...new Set(tests.map(({ file }) => file))];

function isAmong(tests: string[]): (result: Result) => boolean {
  const wanted = tests.map(splitTest).map(([file, title]) => ({ file, begins: beginningOf(title) }));
  return (result) => wanted.some(({ file, begins }) => file === result.file && isNamed(result, begins));
}

/** The names of tests that are made from a table have its values where the source has `%s`. */
const beginningOf = (title: string): RegExp =>
  new RegExp(
    `^${title
      .split(/%[sdi]|\$\w+/)
      .map(escaped)
      .join('.*')}`,
  );

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

function isNamed({ titles }: Result, begins: RegExp): boolean {
  return titles.length === 0 || titles.some((_, index) => begins.test(titles.slice(index).join(' ')));
}
