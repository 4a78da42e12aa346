/** Every path of every document is there below /api, as it is on the document's own mount. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { uniqueAddress } from './api.ts';
import { entries, filled } from './meetings.ts';

let ada: Person;
const address = uniqueAddress();

beforeAll(async () => {
  ada = await signUp('Ada');
});

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${stack.apiUrl}/functions/v1${path}`, {
    method,
    redirect: 'manual',
    headers: { 'x-forwarded-for': address, ...headers },
  });
  const text = await answer.text();
  const code: string | undefined = text.startsWith('{"error"') ? JSON.parse(text).error.code : undefined;
  return { status: answer.status, headers: answer.headers, text, code };
}

describe('below /api', () => {
  it.each(entries)('$method $united is there, with a slash at its end too', async ({ method, united }) => {
    const [there, slashed] = await Promise.all(
      [filled(united), `${filled(united)}/`].map((path) => ask(method, path)),
    );
    for (const answer of [there, slashed]) {
      expect(answer?.status).not.toBe(405);
      expect(answer?.code).not.toBe('not_found');
    }
    expect(slashed?.status).toBe(there?.status);
  });

  it.each(entries.filter(({ method }) => method === 'GET'))(
    'whoever looks at the headers of $united only is answered as who reads',
    async ({ united }) => {
      const where = filled(united);
      const [head, read] = await Promise.all([ask('HEAD', where), ask('GET', where)]);
      expect({ status: head.status, text: head.text }).toEqual({ status: read.status, text: '' });
    },
  );

  it.each(entries.filter(({ path }) => path.includes('{')))(
    '$method $united refuses an id that is none, as the document $document does',
    async ({ method, path, united }) => {
      const wrong = async (template: string) => {
        const headers = { authorization: `Bearer ${ada.token}` };
        const { status, code } = await ask(method, template.replaceAll(/\{\w+\}/g, 'abc'), headers);
        return { status, code };
      };
      const refusal = { status: 400, code: 'invalid_input' };
      expect([await wrong(united), await wrong(path)]).toEqual([refusal, refusal]);
    },
  );

  it.each(entries)(
    'a page of another origin hears that it may send $method $united',
    async ({ method, united }) => {
      const { status, headers } = await ask('OPTIONS', filled(united), {
        origin: 'https://example.com',
        'access-control-request-method': method,
      });
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')).toContain(method);
    },
  );
});
