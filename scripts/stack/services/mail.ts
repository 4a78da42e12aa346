/** MailDev: takes every mail that the stack sends and shows it on a page. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { localUrl, logFile, responds, type StackContext } from '../context.ts';
import type { ServiceSpec } from '../supervisor/service.ts';

const require = createRequire(import.meta.url);

export function mailService(stack: StackContext): ServiceSpec {
  const { ports } = stack;
  const program = join(dirname(require.resolve('maildev/package.json')), 'bin', 'maildev');
  const addresses = ['--ip=127.0.0.1', `--web=${ports.mail}`, `--smtp=${ports.smtp}`];
  return {
    name: 'MailDev',
    command: [process.execPath, program, ...addresses, `--mail-directory=${join(stack.dir, 'mail')}`],
    ports: [ports.mail, ports.smtp],
    logFile: logFile(stack, 'mail'),
    isReady: () => responds(`${localUrl(ports.mail)}/healthz`),
  };
}
