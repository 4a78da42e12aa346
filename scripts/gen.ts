/**
 * Writes what is generated from a source of truth; `--check` only compares. With DB_URL (as `npm run stack --
 * status -o env` prints it) that includes the types of the database.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '../sdk/src/error-codes.ts';
import { contractsPage } from './contracts/page.ts';
import { readDefiners } from './definers.ts';
import { mailTemplates } from './mail-templates.ts';
import { type Description, postmanCollection } from './postman/collection.ts';
import { stories } from './postman/stories/index.ts';
import { swaggerUi } from './swagger-ui.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Until the first release there is one migration, and it is the schema files in their order. */
function migration(): string {
  const folder = join(root, 'supabase/schemas');
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  const parts = files.sort().map((name) => `-- ${name}\n${readFileSync(join(folder, name), 'utf8')}`);
  return `-- Generated from supabase/schemas by npm run gen.\n\n${parts.join('\n')}`;
}

/** The list of error codes with the sentence that stands above each in its source. */
function errorPage(): string {
  const source = readFileSync(join(root, 'sdk/src/error-codes.ts'), 'utf8');
  const rows = Object.entries(errorCodes).map(([code, status]) => {
    const [, sentence] = new RegExp(`/\\*\\* (.*) \\*/\\n {2}${code}:`).exec(source) ?? [];
    if (!sentence)
      throw new Error(`unable to write docs/errors.md; ${code} has no sentence in error-codes.ts`);
    return `| \`${code}\` | ${status || '–'} | ${sentence} |`;
  });
  return [
    '# Errors',
    '',
    '<!-- Generated from sdk/src/error-codes.ts by npm run gen. -->',
    '',
    'Every refusal has a code that stays the same; branch on it, never on the text. The SDK throws a `ChatError` with',
    'it, the Data API and the HTTP APIs answer it with this status.',
    '',
    '| code | status | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** Every function above row-level security, and why it is one. */
function definerPage(): string {
  const rows = readDefiners().map(({ name, file, reason }) => {
    if (!reason) throw new Error(`unable to write docs/definers.md; no comment above ${name} says why`);
    return `| \`${name}\` | ${file} | ${reason[0]?.toUpperCase()}${reason.slice(1)} |`;
  });
  return [
    '# Functions with the rights of their owner',
    '',
    '<!-- Generated from supabase/schemas by npm run gen. -->',
    '',
    'All other functions see what their caller may see. These pin their search path, take the caller from the token and',
    'never from an argument, and check rights themselves.',
    '',
    '| function | file | why |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function databaseTypes(url: string): string {
  const cli = join(root, 'node_modules/supabase/dist/supabase.js');
  const output = execFileSync(
    process.execPath,
    [cli, 'gen', 'types', 'typescript', `--remote=${url}`, '--schema', 'chat'],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1' },
    },
  );
  // The CLI may say how it connected before it prints the types.
  const types = output.slice(output.indexOf('export type Json'));
  return `// Generated from the database by npm run gen.\n${types}`;
}

/** The HTTP API's descriptions by their names, from the schemas that check its requests and answers. */
function openApi(): Record<string, Description> {
  const config = join(root, 'edge-functions/deno.json');
  const output = execFileSync(
    join(root, 'node_modules/.bin/deno'),
    [
      'run',
      '--allow-env',
      '--allow-net',
      '--frozen',
      '--cached-only',
      '--config',
      config,
      'edge-functions/api/openapi.ts',
    ],
    // Beyond a megabyte of output Node would end it.
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(output);
}

const toJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const SWAGGER_UI = 'edge-functions/api/docs/swagger-ui.json';

function currently(path: string): string {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const descriptions = openApi();
const { api, ...documents } = descriptions;
const generated: Record<string, string> = {
  'supabase/migrations/20261121000000_confab.sql': migration(),
  'docs/errors.md': errorPage(),
  'docs/definers.md': definerPage(),
  'edge-functions/_shared/mail-templates.json': mailTemplates(join(root, 'supabase/templates')),
  'docs/contracts.md': contractsPage(documents),
  'docs/openapi.json': toJson(api ?? {}),
  ...Object.fromEntries(
    Object.entries(documents).map(([name, description]) => [
      `docs/openapi/${name}.json`,
      toJson(description),
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(descriptions).map((name) => [
      `docs/postman/${name}.json`,
      toJson(postmanCollection(name, descriptions, stories[name])),
    ]),
  ),
  [SWAGGER_UI]: swaggerUi(currently(SWAGGER_UI)),
};
if (process.env.DB_URL) {
  const types = databaseTypes(process.env.DB_URL);
  generated['sdk/src/internal/database.types.ts'] = types;
  generated['edge-functions/_shared/database.types.ts'] = types;
}

const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(generated)) {
  if (currently(path) === content) continue;
  if (check) {
    console.error(`${path} is not what npm run gen writes; run it and commit the result`);
    process.exitCode = 1;
  } else {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    console.log(`wrote ${path}`);
  }
}
