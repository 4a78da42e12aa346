/**
 * What the contract tests show of each endpoint. They lie in the folder of their document; a `describe` named like an
 * endpoint (`POST /api/auth/register`) holds its tests, and the first word of a test's name says which kind of promise
 * it keeps.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_DIR } from '../stack/stack.ts';
import type { Excuses, Exemptions } from './exemptions.ts';
import { type DocumentName, type Endpoint, endpointName } from './inventory.ts';
import { laterReason } from './later.ts';

export const KINDS = ['success', 'error', 'permission', 'limit', 'effect'] as const;
export type Kind = (typeof KINDS)[number];

interface ContractTest {
  kind: Kind;
  /** The statuses that the test speaks of. */
  statuses: number[];
}

export type ContractTests = Map<string, ContractTest[]>;

export function readContractTests(document: DocumentName): ContractTests {
  const folder = join(PROJECT_DIR, 'tests/contract', document);
  const tests: ContractTests = new Map();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.endsWith('.test.ts')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    collect(ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true), undefined, tests);
  }
  return tests;
}

function collect(node: ts.Node, endpoint: string | undefined, tests: ContractTests): void {
  const { callee, name } = ts.isCallExpression(node) ? describeCall(node) : {};
  if (callee === 'describe' && name !== undefined) {
    ts.forEachChild(node, (child) => collect(child, name, tests));
    return;
  }
  const kind = KINDS.find((word) => name?.startsWith(`${word}:`));
  if ((callee === 'it' || callee === 'it.each') && endpoint !== undefined && kind) {
    const test = { kind, statuses: statusesIn(node) };
    tests.set(endpoint, [...(tests.get(endpoint) ?? []), test]);
  }
  ts.forEachChild(node, (child) => collect(child, endpoint, tests));
}

/** `it.each(table)('name', …)` is a call of what a call returns; `it.skip` and the like count for nothing. */
function describeCall(call: ts.CallExpression): { callee?: string; name?: string } {
  const inner = ts.isCallExpression(call.expression) ? call.expression.expression : call.expression;
  const [title] = call.arguments;
  if (!title) return {};
  const name = ts.isStringLiteralLike(title)
    ? title.text
    : ts.isTemplateExpression(title)
      ? title.head.text
      : undefined;
  if (name === undefined) return {};
  const parts = ts.isPropertyAccessExpression(inner) ? [inner.expression, inner.name] : [inner];
  return parts.every(ts.isIdentifier) ? { callee: parts.map(({ text }) => text).join('.'), name } : {};
}

function statusesIn(node: ts.Node): number[] {
  return [...node.getText().matchAll(/\b4\d\d\b/g)].map(Number);
}

/** What is missing of an endpoint's tests: kinds, and statuses that no test speaks of. */
export function missingTests(
  endpoint: Endpoint,
  tests: ContractTests,
  exemptions: Exemptions,
): (Kind | number)[] {
  const own = tests.get(endpointName(endpoint)) ?? [];
  const excuses: Excuses = exemptions[endpointName(endpoint)] ?? {};
  const kinds = KINDS.filter((kind) => !own.some((test) => test.kind === kind));
  const refused = own.filter(({ kind }) => kind !== 'success' && kind !== 'effect');
  const statuses = endpoint.errors.filter(
    // What only a broken server answers is tested once for all endpoints, in outage.test.ts.
    (status) => status < 500 && !refused.some((test) => test.statuses.includes(status)),
  );
  return [...kinds, ...statuses].filter((what) => excuses[what] === undefined);
}

/** Endpoint × kind in Markdown: how many tests, with the statuses that the errors' tests speak of. */
export function endpointsTable(endpoints: Endpoint[], tests: ContractTests, exemptions: Exemptions): string {
  const rows = endpoints.map((endpoint) => {
    const own = tests.get(endpointName(endpoint)) ?? [];
    const later = laterReason(endpoint.id);
    const missing = later === undefined ? missingTests(endpoint, tests, exemptions) : [];
    const cells = KINDS.map((kind) => {
      const count = own.filter((test) => test.kind === kind).length;
      return missing.includes(kind) ? '**none**' : count || '–';
    });
    const statuses = missing.filter((what) => typeof what === 'number');
    const note = statuses.length > 0 ? `**without ${statuses.join(', ')}**` : endpoint.errors.join(' ');
    return `| ${endpoint.id} | \`${endpointName(endpoint)}\` | ${cells.join(' | ')} | ${later ?? note} |`;
  });
  const head = ['id', 'endpoint', ...KINDS, 'statuses'];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows, ''].join('\n');
}
