/** Runs the story of docs/postman.json with newman against the stack that the environment names. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { required, signUp } from './api-people.ts';
import { chapters } from './postman/collection.ts';
import { PROJECT_DIR } from './stack/stack.ts';

const variables = {
  baseUrl: `${required(process.env, 'API_URL')}/functions/v1`,
  mailUrl: required(process.env, 'MAIL_URL'),
  adminToken: (await signUp(process.env, 'admin')).token,
};
const { status } = spawnSync(
  join(PROJECT_DIR, 'node_modules/.bin/newman'),
  [
    ...['run', 'docs/postman.json', '--working-dir', PROJECT_DIR, '--color', 'off', '--bail', 'folder'],
    ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
    ...chapters.flatMap((name) => ['--folder', name]),
  ],
  { cwd: PROJECT_DIR, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
