/** Reads `supabase/config.toml` as Supabase's CLI does, as far as the native stack uses it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse, type TomlTable, type TomlValue } from 'smol-toml';
import { parseEnvFile } from './env-file.ts';

export interface FunctionConfig {
  name: string;
  /** Absolute path of the file that Deno runs. */
  entrypoint: string;
  verifyJwt: boolean;
  /** Absolute path of the function's `deno.json` or import map. */
  importMap: string | undefined;
}

export interface ProjectConfig {
  /** Folder that holds `supabase/`. */
  projectDir: string;
  projectId: string;
  api: { schemas: string[]; extraSearchPath: string[]; maxRows: number };
  storage: { fileSizeLimit: number; imageTransformation: boolean };
  /** The table `[auth]` as it stands in the file, with `env(NAME)` filled in. */
  auth: TomlTable;
  functions: FunctionConfig[];
  /** Secrets of the functions: `supabase/.env`, `supabase/functions/.env` and `[edge_runtime.secrets]`. */
  secrets: Record<string, string>;
}

export function readConfig(projectDir: string): ProjectConfig {
  const file = join(projectDir, 'supabase', 'config.toml');
  const secrets = readSecrets(projectDir);
  const root = fillIn(parseToml(file), { ...secrets, ...process.env }) as TomlTable;
  const api = table(root, 'api');
  const storage = table(root, 'storage');
  return {
    projectDir,
    projectId: text(root, 'project_id', 'confab'),
    api: {
      schemas: texts(api, 'schemas', ['public']),
      extraSearchPath: texts(api, 'extra_search_path', ['public', 'extensions']),
      maxRows: number(api, 'max_rows', 1000),
    },
    storage: {
      fileSizeLimit: bytes(text(storage, 'file_size_limit', '50MiB'), file),
      imageTransformation: flag(table(storage, 'image_transformation'), 'enabled', false),
    },
    auth: table(root, 'auth'),
    functions: readFunctions(table(root, 'functions'), join(projectDir, 'supabase')),
    secrets: { ...secrets, ...strings(table(table(root, 'edge_runtime'), 'secrets')) },
  };
}

function parseToml(file: string): TomlTable {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new Error(`unable to read ${file}; ${reason}`, { cause });
  }
}

function readSecrets(projectDir: string): Record<string, string> {
  const files = ['supabase/.env', 'supabase/functions/.env'].map((path) => join(projectDir, path));
  return Object.assign(
    {},
    ...files.filter(existsSync).map((file) => parseEnvFile(readFileSync(file, 'utf8'))),
  );
}

/** A value that is exactly `env(NAME)` stands for that variable, and for nothing where it is not set. */
function fillIn(value: TomlValue, variables: NodeJS.ProcessEnv): TomlValue {
  if (typeof value === 'string') {
    const name = /^env\((\w+)\)$/.exec(value)?.[1];
    return name === undefined ? value : (variables[name] ?? '');
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, variables));
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, variables)]));
}

/** Those that the file names and, as for Supabase's CLI, every folder of `supabase/functions`. */
function readFunctions(configured: TomlTable, supabaseDir: string): FunctionConfig[] {
  const names = new Set([...Object.keys(configured), ...functionFolders(join(supabaseDir, 'functions'))]);
  return [...names]
    .map((name) => ({ name, options: table(configured, name) }))
    .filter(({ options }) => flag(options, 'enabled', true))
    .map(({ name, options }) => {
      const entrypoint = resolve(supabaseDir, text(options, 'entrypoint', `./functions/${name}/index.ts`));
      const importMap = text(options, 'import_map', '');
      const beside = join(dirname(entrypoint), 'deno.json');
      return {
        name,
        entrypoint,
        verifyJwt: flag(options, 'verify_jwt', true),
        importMap: importMap ? resolve(supabaseDir, importMap) : existsSync(beside) ? beside : undefined,
      };
    });
}

function functionFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.ts')));
}

const UNITS: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

function bytes(size: string, file: string): number {
  const [, count, unit] = /^([\d.]+)\s*([a-z]*)$/i.exec(size.trim()) ?? [];
  const factor = UNITS[(unit || 'b').toLowerCase()];
  if (count === undefined || factor === undefined)
    throw new Error(`unable to read ${file}; "${size}" is no size`);
  return Math.floor(Number(count) * factor);
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

function table(parent: TomlTable, key: string): TomlTable {
  const value = parent[key];
  return isTable(value) ? value : {};
}

function text(parent: TomlTable, key: string, fallback: string): string {
  const value = parent[key];
  return typeof value === 'string' ? value : fallback;
}

function number(parent: TomlTable, key: string, fallback: number): number {
  const value = parent[key];
  return typeof value === 'number' ? value : fallback;
}

function flag(parent: TomlTable, key: string, fallback: boolean): boolean {
  const value = parent[key];
  return typeof value === 'boolean' ? value : fallback;
}

function texts(parent: TomlTable, key: string, fallback: string[]): string[] {
  const value = parent[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : fallback;
}

function strings(parent: TomlTable): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parent).filter(([, value]) => typeof value === 'string'),
  ) as Record<string, string>;
}
