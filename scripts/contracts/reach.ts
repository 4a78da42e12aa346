/** Reads from the source which functions and tables of the database an endpoint comes to, and what of Auth and Storage. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { PROJECT_DIR } from '../stack/stack.ts';

interface Source {
  root: ts.SourceFile;
  /** What it declares at the top, by name. */
  declared: Map<string, ts.Node>;
  /** Local name → file and name there. */
  imported: Map<string, [file: string, name: string]>;
}

/** Where an endpoint is written down. */
export interface Written {
  method: string;
  /** Matches its path below the document's mount, parameters in braces. */
  pattern: RegExp;
  /** In the order of the source, each once. */
  reaches: string[];
}

const API = join(PROJECT_DIR, 'edge-functions/api');
const VERBS: Readonly<Record<string, string>> = { get: 'get', post: 'post', put: 'put', remove: 'delete' };

const sources = new Map(
  readdirSync(API, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readSource(name)]),
);

function readSource(path: string): Source {
  const text = readFileSync(join(API, path), 'utf8');
  const root = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const source: Source = { root, declared: new Map(), imported: new Map() };
  for (const statement of root.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      source.declared.set(statement.name.text, statement);
    } else if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer) source.declared.set(name.text, initializer);
      }
    } else if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const file = relative(API, join(API, dirname(path), statement.moduleSpecifier.text));
      const names = statement.importClause?.namedBindings;
      if (names && ts.isNamespaceImport(names)) source.imported.set(names.name.text, [file, '*']);
      for (const { name, propertyName } of names && ts.isNamedImports(names) ? names.elements : []) {
        source.imported.set(name.text, [file, (propertyName ?? name).text]);
      }
    }
  }
  return source;
}

/** The endpoints of a dialect, in all files that are its own; those with the fewest words left open first. */
export function writtenInDialect(name: string): Written[] {
  const own = new RegExp(`^dialects/${name}[./-]`);
  return [...sources]
    .filter(([path]) => own.test(path))
    .flatMap(([, source]) => [...callsIn(source.root)].flatMap((call) => writtenBy(source, call)))
    .sort((one, other) => openWords(one) - openWords(other));
}

/** `get('/path', { run })`, or `reading('/path')` where a function of that name has the rest. */
function writtenBy(
  source: Source,
  { expression, arguments: [path, definition] }: ts.CallExpression,
): Written[] {
  const pattern = path && textOf(path);
  if (pattern === undefined) return [];
  const verb = ts.isIdentifier(expression) ? VERBS[expression.text] : undefined;
  if (verb && definition) {
    return [{ method: verb, pattern: new RegExp(`^${pattern}$`), reaches: reachesOf(source, definition) }];
  }
  const [there, made] = ts.isStringLiteral(path as ts.Node) ? declarationOf(source, expression) : [source];
  const calls = made ? [...callsIn(made)] : [];
  const inner = calls.find((call) => ts.isIdentifier(call.expression) && VERBS[call.expression.text]);
  const method = inner && ts.isIdentifier(inner.expression) && VERBS[inner.expression.text];
  const wanted = inner?.arguments[1];
  if (!method || !wanted) return [];
  return [{ method, pattern: new RegExp(`^${pattern}$`), reaches: reachesOf(there, wanted) }];
}

const openWords = ({ pattern }: Written): number => pattern.source.split('+').length;

/** ConnectBest's: a route that `createRoute` makes, given to `openapi` with its handler. */
export function writtenInRoutes(): Written[] {
  const app = sourceOf('app.ts');
  return [...callsIn(app.root)].flatMap(({ expression, arguments: [prefix, routes] }) => {
    const isMount = ts.isPropertyAccessExpression(expression) && expression.name.text === 'route';
    if (!isMount || !prefix || !ts.isStringLiteral(prefix)) return [];
    if (!routes || !ts.isCallExpression(routes) || !ts.isIdentifier(routes.expression)) return [];
    const [file = '', name = ''] = app.imported.get(routes.expression.text) ?? [];
    const source = sources.get(file);
    const made = source?.declared.get(name);
    return source && made ? routesIn(source, made, prefix.text) : [];
  });
}

function routesIn(source: Source, made: ts.Node, prefix: string): Written[] {
  return [...callsIn(made)].flatMap(({ expression, arguments: [route, handler] }) => {
    const isRoute = ts.isPropertyAccessExpression(expression) && expression.name.text === 'openapi';
    if (!isRoute || !route || !handler || !ts.isIdentifier(route)) return [];
    const text = source.declared.get(route.text)?.getText() ?? '';
    const [, method = ''] = /\bmethod: '(\w+)'/.exec(text) ?? [];
    const [, path = ''] = /\bpath: '([^']+)'/.exec(text) ?? [];
    const pattern = new RegExp(
      `^${escaped(`${prefix}${path}`.replace(/^\/\//, '/').replace(/(.)\/$/, '$1'))}$`,
    );
    return [{ method, pattern, reaches: reachesOf(source, handler) }];
  });
}

const sourceOf = (path: string): Source => {
  const source = sources.get(path);
  if (!source) throw new Error(`unable to read what endpoints reach; there is no ${path}`);
  return source;
};

function* callsIn(node: ts.Node): Generator<ts.CallExpression> {
  if (ts.isCallExpression(node)) yield node;
  for (const child of node.getChildren()) yield* callsIn(child);
}

/** What a path may be: names in a template stand for any word unless they are constants beside it. */
function textOf(path: ts.Expression): string | undefined {
  if (ts.isAsExpression(path)) return textOf(path.expression);
  if (ts.isStringLiteralLike(path)) return path.text.startsWith('/') ? escaped(path.text) : undefined;
  if (ts.isTemplateExpression(path)) {
    const spans = path.templateSpans.map(
      ({ expression, literal }) => `${textOf(expression) ?? '[^/]+'}${escaped(literal.text)}`,
    );
    return `${escaped(path.head.text)}${spans.join('')}`;
  }
  if (!ts.isIdentifier(path)) return undefined;
  for (let scope: ts.Node = path.parent; scope; scope = scope.parent) {
    const statements = ts.isBlock(scope) || ts.isSourceFile(scope) ? scope.statements : [];
    for (const statement of statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(({ name }) => name.getText() === path.text);
      if (found?.initializer) return textOf(found.initializer);
    }
  }
  return undefined;
}

const escaped = (text: string): string => text.replaceAll(/[{}.]/g, '\\$&');

function reachesOf(source: Source, node: ts.Node): string[] {
  const reached = new Set<string>();
  const seen = new Set<ts.Node>();
  const visit = (where: Source, part: ts.Node): void => {
    if (ts.isTypeNode(part) || seen.has(part)) return;
    seen.add(part);
    const name = nameOf(part);
    if (name) reached.add(name);
    const [there, declaration] = declarationOf(where, part);
    if (declaration) visit(there, declaration);
    ts.forEachChild(part, (child) => visit(where, child));
  };
  visit(source, node);
  return [...reached];
}

/** What a name stands for, and where that is. */
function declarationOf(where: Source, node: ts.Node): [Source, ts.Node | undefined] {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const [file = '', imported] = where.imported.get(node.expression.text) ?? [];
    const there = imported === '*' ? sources.get(file) : undefined;
    return [there ?? where, there?.declared.get(node.name.text)];
  }
  if (!ts.isIdentifier(node) || isNameOfProperty(node)) return [where, undefined];
  const local = bindingOf(node);
  if (local) return [where, 'initializer' in local ? (local.initializer as ts.Node | undefined) : local];
  const [file, imported = node.text] = where.imported.get(node.text) ?? [];
  const there = file === undefined ? where : sources.get(file);
  return [there ?? where, there?.declared.get(imported)];
}

type Binding = ts.ParameterDeclaration | ts.VariableDeclaration | ts.FunctionDeclaration;

/** What binds this name inside a function, where it hides whatever has the name at the top. */
function bindingOf({ text, parent }: ts.Identifier): Binding | undefined {
  for (let scope: ts.Node = parent; scope && !ts.isSourceFile(scope); scope = scope.parent) {
    const found = bindingsIn(scope).find(({ name }) => name !== undefined && namesIn(name).includes(text));
    if (found) return found;
  }
  return undefined;
}

function bindingsIn(scope: ts.Node): readonly Binding[] {
  if (ts.isFunctionLike(scope)) return scope.parameters.filter(ts.isParameter);
  if (ts.isForOfStatement(scope) && ts.isVariableDeclarationList(scope.initializer)) {
    return scope.initializer.declarations;
  }
  if (!ts.isBlock(scope)) return [];
  return scope.statements.flatMap((statement): readonly Binding[] => {
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations;
    return ts.isFunctionDeclaration(statement) ? [statement] : [];
  });
}

const namesIn = (name: ts.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((part) => (ts.isBindingElement(part) ? namesIn(part.name) : []));

const isNameOfProperty = ({ parent, ...node }: ts.Identifier): boolean =>
  (ts.isPropertyAccessExpression(parent) && parent.name.pos === node.pos) ||
  (ts.isPropertyAssignment(parent) && parent.name.pos === node.pos);

/** `.rpc('send_message')`, `.from('accounts')`, `.auth.signUp()`, `storage.put()`. */
function nameOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression: whose, name } = node.expression;
  const [first] = node.arguments;
  const isNamed = name.text === 'rpc' || name.text === 'from';
  if (isNamed && first && ts.isStringLiteral(first)) return first.text;
  const owner = whose.getText();
  if (/\.auth(\.\w+)*$/.test(owner)) return `Auth.${name.text}`;
  return /\bstorage$/i.test(owner) ? `Storage.${name.text}` : undefined;
}
