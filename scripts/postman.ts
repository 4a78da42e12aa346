/** Runs the stories of docs/postman with newman against the stack that the environment names. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { required, signUp } from './api-people.ts';
import { stories } from './postman/stories/index.ts';
import { PROJECT_DIR } from './stack/stack.ts';

const variables = {
  baseUrl: `${required(process.env, 'API_URL')}/functions/v1`,
  mailUrl: required(process.env, 'MAIL_URL'),
  adminToken: (await signUp(process.env, 'admin')).token,
};

for (const [document, chapters] of Object.entries(stories)) {
  const { status } = spawnSync(
    join(PROJECT_DIR, 'node_modules/.bin/newman'),
    [
      ...['run', `docs/postman/${document}.json`, '--working-dir', PROJECT_DIR],
      ...['--color', 'off', '--bail', 'folder'],
      ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
      ...chapters.flatMap(({ name }) => ['--folder', name]),
    ],
    { cwd: PROJECT_DIR, stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
}
