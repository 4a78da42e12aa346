/** The happy path of each document as somebody types it: the scripts of `tests/curl`, on the stack under test. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../scripts/contracts/inventory.ts';
import type { DocumentName } from '../../scripts/contracts/mounts.ts';
import { stack } from '../helpers/stack.ts';

const hasPrograms = Boolean(process.env.CI) || ['bash', 'curl'].every(isThere);
if (!hasPrograms) {
  process.stderr.write('The happy paths by curl are skipped: there is no bash or no curl; install them.\n');
}

function isThere(program: string): boolean {
  try {
    return Boolean(execFileSync(program, ['--version']));
  } catch {
    return false;
  }
}

const follow = (name: string, apiUrl = stack.apiUrl) =>
  promisify(execFile)('bash', [`tests/curl/${name}.sh`], {
    env: { ...process.env, API_URL: apiUrl, DB_URL: stack.databaseUrl, MAIL_URL: stack.mailUrl },
  });

describe.skipIf(!hasPrograms)('by curl alone', { timeout: 60_000 }, () => {
  it.each(['connectbest', 'api'])('the happy path of %s goes through', async (name) => {
    const { stdout } = await follow(name);
    expect(stdout.match(/→ 20[01]$/gm)?.length).toBeGreaterThan(15);
  });

  it.each<[DocumentName, string]>([
    ['chatrooms', '/chatrooms'],
    ['groups', '/groups'],
    ['rooms', '/rooms'],
    ['conversations', '/conversations'],
  ])('the happy path of %s goes through, by each of its endpoints', async (name, mount) => {
    const { stdout } = await follow(name);
    const called = [...stdout.matchAll(/^ {2}(\w+ \S+) → (\d+)$/gm)].map(([, call, status]) => [
      call,
      status,
    ]);
    for (const { method, path, success } of readInventory(name).endpoints) {
      const pattern = new RegExp(
        `^${method} ${mount}${path.replaceAll(/:\w+|\{\w+\}/g, '[0-9a-f-]{36}')}(\\?|$)`,
      );
      expect(called, `${method} ${path}`).toContainEqual([expect.stringMatching(pattern), `${success}`]);
    }
  });

  it('a path ends with a sentence at the first answer that is not as expected', async () => {
    await expect(follow('rooms', `${stack.apiUrl}/nowhere`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^✗ expected 201: /),
      stdout: expect.stringMatching(/^Ada signs up\n {2}POST \S+ → 404\n[^\n]*\n$/),
    });
  });
});
