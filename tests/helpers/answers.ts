/** Notes on every test what the HTTP API answered in it, so that `npm run contracts` counts no status that never came. */
import { TestRunner } from 'vitest';
import { MOUNTS } from '../../scripts/contracts/mounts.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** `POST /api/rooms 201`, with `*` for ids. */
    answers?: string[];
  }
}

const OURS = new RegExp(`^(?:/functions/v1)?((?:${Object.values(MOUNTS).join('|')})/.*)$`);
const IDS = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const send = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const answer = await send(input, init);
  const { url, method } = input instanceof Request ? input : { url: String(input), method: 'GET' };
  note(init?.method ?? method, new URL(url).pathname, answer.status);
  return answer;
};

function note(method: string, pathname: string, status: number): void {
  const meta = TestRunner.getCurrentTest()?.meta;
  const [, path] = OURS.exec(pathname) ?? [];
  if (!meta || path === undefined) return;
  meta.answers = [...new Set([...(meta.answers ?? []), `${method} ${path.replaceAll(IDS, '*')} ${status}`])];
}
