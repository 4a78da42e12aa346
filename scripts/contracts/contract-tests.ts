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
import { type Endpoint, endpointName } from './inventory.ts';
import type { DocumentName } from './mounts.ts';

export const KINDS = ['success', 'error', 'permission', 'limit', 'effect'] as const;
export type Kind = (typeof KINDS)[number];

interface ContractTest {
  /** Below tests, without its ending. */
  file: string;
  kind: Kind;
  /** The statuses that the test speaks of. */
  statuses: number[];
}

export type ContractTests = Map<string, ContractTest[]>;

const known = new Map<DocumentName, ContractTests>();

export function readContractTests(document: DocumentName): ContractTests {
  const tests = known.get(document) ?? readFolder(document);
  known.set(document, tests);
  return tests;
}

function readFolder(document: DocumentName): ContractTests {
  const below = `contract/${document}`;
  const folder = join(PROJECT_DIR, 'tests', below);
  const tests: ContractTests = new Map();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.endsWith('.test.ts')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    const root = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
    collect(root, `${below}/${name.replace(/\.test\.ts$/, '')}`, undefined, tests);
  }
  return tests;
}

function collect(node: ts.Node, file: string, endpoint: string | undefined, tests: ContractTests): void {
  const { callee, name } = ts.isCallExpression(node) ? describeCall(node) : {};
  if (callee === 'describe' && name !== undefined) {
    ts.forEachChild(node, (child) => collect(child, file, name, tests));
    return;
  }
  const kind = KINDS.find((word) => name?.startsWith(`${word}:`));
  if ((callee === 'it' || callee === 'it.each') && endpoint !== undefined && kind) {
    const test = { file, kind, statuses: statusesIn(node) };
    tests.set(endpoint, [...(tests.get(endpoint) ?? []), test]);
  }
  ts.forEachChild(node, (child) => collect(child, file, endpoint, tests));
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
  return [...kinds, ...statuses].filter((what) => !excuses[what]);
}
