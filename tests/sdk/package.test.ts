/** The package as apps get it: built, packed, and run by the runtimes it promises. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/stack/stack.ts';
import { stack } from '../helpers/stack.ts';

const run = promisify(execFile);
const bin = (name: string) => join(PROJECT_DIR, 'node_modules/.bin', name);
let app: string;

/** An app's folder with the package in its node_modules, beside what npm would install with it. */
beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'confab-package-'));
  const installed = join(app, 'node_modules/@confab/sdk');
  mkdirSync(installed, { recursive: true });
  for (const name of ['@supabase', 'ws', 'react', 'typescript', '@types']) {
    symlinkSync(join(PROJECT_DIR, 'node_modules', name), join(app, 'node_modules', name));
  }
  cpSync(join(PROJECT_DIR, 'sdk/package.json'), join(installed, 'package.json'));
  cpSync(join(PROJECT_DIR, 'tests/sdk/package/talk.js'), join(app, 'talk.cjs'));
  await run(bin('tsup'), ['--out-dir', join(installed, 'dist')], { cwd: join(PROJECT_DIR, 'sdk') });
}, 240_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

async function output(file: string, args: string[], name: string, program: string): Promise<string> {
  writeFileSync(join(app, name), program);
  const { stdout } = await run(file, [...args, name], { cwd: app, timeout: 60_000 });
  return stdout.trim();
}

const options = () =>
  JSON.stringify({ url: stack.apiUrl, key: stack.publishableKey, stamp: randomUUID().slice(0, 8) });

describe('the packed SDK', () => {
  it.each([
    [
      'Node, as an ES module',
      process.execPath,
      [],
      'esm.mjs',
      `import talk from './talk.cjs'; import * as sdk from '@confab/sdk';`,
    ],
    [
      'Node, as CommonJS',
      process.execPath,
      [],
      'cjs.cjs',
      `const talk = require('./talk.cjs'); const sdk = require('@confab/sdk');`,
    ],
    [
      'Deno',
      bin('deno'),
      ['run', '--no-lock', '--node-modules-dir=manual', '--allow-all'],
      'deno.mjs',
      `import talk from './talk.cjs'; import * as sdk from '@confab/sdk';`,
    ],
  ])(
    'signs in, sends and receives in %s',
    async (_runtime, file, args, name, imports) => {
      const program = `${imports} talk(sdk, ${options()}).then((said) => { console.log(said); process.exit(); });`;
      expect(await output(file, args, name, program)).toBe('ada: hello; true not_a_member');
    },
    90_000,
  );

  it('has the hooks for React under /react, in both kinds of modules', async () => {
    const [esm, cjs] = await Promise.all([
      output(
        process.execPath,
        [],
        'react.mjs',
        `console.log(Object.keys(await import('@confab/sdk/react')).join())`,
      ),
      output(
        process.execPath,
        [],
        'react.cjs',
        `console.log(Object.keys(require('@confab/sdk/react')).sort().join())`,
      ),
    ]);
    expect(esm).toBe(cjs);
    expect(esm).toContain('useMessages');
  });

  it("types an app's own data once the app has named its fields", async () => {
    const program = `
      import type { Channel, ChannelCustom, Message, MessageCustom } from '@confab/sdk';
      import { useMessages } from '@confab/sdk/react';
      declare module '@confab/sdk' {
        interface CustomMessageData { priority?: 'high' | 'low' }
      }
      export const named: MessageCustom = { priority: 'high' };
      // @ts-expect-error
      export const wrong: MessageCustom = { priority: 'middle' };
      export const free: ChannelCustom = { anything: 1 };
      export const priorityOf = (message: Message): 'high' | 'low' | undefined => message.custom.priority;
      export const shown = (channel: Channel) => useMessages(channel).messages.map(priorityOf);
      export const send = (channel: Channel) => channel.messages.send('hi', { custom: { priority: 'low' } });
      // @ts-expect-error
      export const sendWrong = (channel: Channel) => channel.messages.send('hi', { custom: { colour: 'red' } });
    `;
    writeFileSync(join(app, 'custom.ts'), program);
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
    for (const module of ['nodenext', 'preserve']) {
      const checked = run(bin('tsc'), [...flags, '--module', module, 'custom.ts'], { cwd: app });
      await expect(checked).resolves.toMatchObject({ stdout: '' });
    }
  }, 180_000);
});
