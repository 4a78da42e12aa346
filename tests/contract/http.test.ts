import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { readInventory } from '../../scripts/contracts/inventory.ts';
import { laterReason } from '../../scripts/contracts/later.ts';
import { DOCUMENTS, MOUNTS } from '../../scripts/contracts/mounts.ts';
import { signUpAdmin } from '../helpers/admin.ts';
import { database } from '../helpers/database.ts';
import { signUp } from '../helpers/people.ts';
import { type Answer, call, expectError } from './api.ts';
import { readRoutes } from './routes.ts';

afterAll(() => database.end());

const messageOf = ({ body }: Answer<unknown>) => (body as { message?: string }).message;

const register = '/api/auth/register';

describe('the HTTP API', () => {
  it.each([
    ['GET', '/api/nothing'],
    ['GET', '/api'],
    ['POST', '/api/auth'],
    ['GET', '/api/auth/me/more'],
    ['DELETE', '/api/chat'],
  ])('answers %s %s, which is no path of it, in the shape of errors', async (method, path) => {
    expectError(await call(method, path), 404, 'not_found');
  });

  it.each([
    ['GET', '/api/auth/me/', 401],
    ['POST', `${register}/`, 400],
    ['GET', '/api/chat/channels/?limit=1', 401],
    ['DELETE', '/api/auth/me/', 405],
    ['GET', '/api/nothing/', 404],
    ['GET', '/api/auth/me//', 404],
  ])('answers %s %s as it does without the slash at its end: %d', async (method, path, status) => {
    expect((await call(method, path, { json: method === 'POST' ? {} : undefined })).status).toBe(status);
  });

  it('takes a parameter of a query that is empty for one that is not there, whatever the path', async () => {
    const { token } = await signUpAdmin();
    const routes = await readRoutes();
    const asked = routes.filter(
      ({ method, needsCaller, queryParameters }) =>
        method === 'GET' && needsCaller && queryParameters.length > 0,
    );
    expect(asked.length).toBeGreaterThan(8);
    for (const { path, queryParameters } of asked) {
      const target = path.replaceAll(/\{\w+\}/g, randomUUID());
      const query = new URLSearchParams(queryParameters.map((name) => [name, '']));
      const [without, empty] = [
        await call('GET', target, { token }),
        await call('GET', `${target}?${query}`, { token }),
      ];
      expect([target, empty.status, messageOf(empty)]).toEqual([target, without.status, messageOf(without)]);
    }
  });

  it('reads the parameters beside empty ones', async () => {
    const { token } = await signUp();
    const { status, body } = await call('GET', '/api/dms?offset=&limit=none&', { token });
    expect([status, body]).toMatchObject([400, { error: { details: [{ field: 'limit' }] } }]);
    expect(await call('GET', '/api/users/search?query=&limit=1', { token })).toMatchObject({
      status: 400,
      body: { error: { details: [{ field: 'query' }] } },
    });
  });

  it.each([
    ['GET', register, 'POST'],
    ['DELETE', register, 'POST'],
    ['POST', '/api/auth/me', 'GET, HEAD'],
  ])('answers %s %s with the methods that the path has', async (method, path, allowed) => {
    const answer = await call(method, path);
    expectError(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it.each(['{', '{"email": }', '', '{"email":"a"}}', 'null x'])(
    'refuses JSON that is none: %s',
    async (raw) => {
      const headers = { 'content-type': 'application/json' };
      expectError(await call('POST', register, { raw, headers }), 400, 'invalid_input');
    },
  );

  it('refuses bytes that are no UTF-8 instead of replacing them', async () => {
    const raw = Buffer.from('7b226e616d65223a22fffe227d', 'hex');
    const answer = await call('POST', register, { raw, headers: { 'content-type': 'application/json' } });
    expectError(answer, 400, 'invalid_input');
    expect(answer.body).not.toHaveProperty('error.details');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense'])(
    'refuses a body of type %s',
    async (type) => {
      const answer = await call('POST', register, { raw: '{}', headers: { 'content-type': type } });
      expectError(answer, 415, 'unsupported_media_type');
    },
  );

  it('refuses a body of more than 1 MiB', async () => {
    const raw = JSON.stringify({ name: 'x'.repeat(2 ** 20) });
    const headers = { 'content-type': 'application/json' };
    expectError(await call('POST', register, { raw, headers }), 413, 'payload_too_large');
  });

  it.each([register, '/api/hooks/send-sms', '/api/upload/more'])(
    'refuses a form of more than 1 MiB at %s, which takes no files',
    async (path) => {
      const headers = { 'content-type': 'multipart/form-data; boundary=json' };
      const answer = await call('POST', path, { raw: 'x'.repeat(2 ** 20 + 1), headers });
      expectError(answer, 413, 'payload_too_large');
    },
  );

  it.each(['"', '\\"'])('looks but once at a string of 1 MiB that never ends, made of %s', async (part) => {
    const raw = `"${part.repeat((2 ** 20 - 2) / part.length)}`;
    const headers = { 'content-type': 'application/json' };
    expectError(await call('POST', register, { raw, headers }), 400, 'invalid_input');
  });

  it.each(['[', '{"a":'])('refuses JSON that is nested too deeply: %s', async (opening) => {
    const nested = (depth: number) => {
      const closing = opening === '[' ? ']' : '}';
      return `${opening.repeat(depth)}1${closing.repeat(depth)}`;
    };
    const post = (raw: string) =>
      call('POST', register, { raw, headers: { 'content-type': 'application/json' } });
    const refused = await post(nested(33));
    expectError(refused, 400, 'invalid_input');
    expect(refused.body).not.toHaveProperty('error.details');
    expectError(await post(nested(100_000)), 400, 'invalid_input');
    expect((await post(nested(32))).body).toHaveProperty('error.details');
    expect((await post(`{"name": "${'['.repeat(50)} \\"${'{'.repeat(50)}"}`)).body).toHaveProperty(
      'error.details',
    );
  });

  it('tells browsers to run, frame and keep nothing of an answer', async () => {
    for (const path of ['/api/auth/me', '/api/nothing']) {
      const { headers } = await call('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  it('takes JSON with a charset', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expectError(await call('POST', register, { raw: '{}', headers }), 400, 'invalid_input', 'email');
  });

  it('asks for a token before it speaks of the body', async () => {
    const path = '/api/chat/channels/none/messages/send';
    const answer = await call('POST', path, { raw: '{', headers: { 'content-type': 'application/json' } });
    expectError(answer, 401, 'not_signed_in');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each(['Basic YWRhOnB3', 'Bearer', 'Bearer  ', 'bearer a.b.c', 'Bearer a b'])(
    'takes "%s" for no token',
    async (authorization) => {
      expectError(await call('GET', '/api/auth/me', { headers: { authorization } }), 401, 'not_signed_in');
    },
  );

  it('takes the scheme in any case of letters', async () => {
    const { token } = await signUp();
    const answer = await call('GET', '/api/auth/me', { headers: { authorization: `bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it("gives every answer an id, the caller's where there is one", async () => {
    const own = await call('GET', '/api/auth/me', { headers: { 'x-request-id': 'trace-7' } });
    expect(own.headers.get('x-request-id')).toBe('trace-7');
    const made = await call('GET', '/api/nothing');
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets no cache keep an answer', async () => {
    expect((await call('GET', '/api/auth/me')).headers.get('cache-control')).toBe('no-store');
  });

  it('lets pages of any origin call it', async () => {
    const preflight = await call('OPTIONS', register, {
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBeLessThan(300);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization/);
    const answer = await call('GET', '/api/auth/me', { headers: { origin: 'https://app.example.com' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});

/** `/users/:id` and `/api/users/{userId}` as one, so that the documents' own spelling does not matter. */
const shapeOf = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replaceAll(/:\w+|\{\w+\}/g, '*')}`;

describe('GET /api/openapi.json', () => {
  interface Description {
    openapi: string;
    servers: { url: string }[];
    paths: Record<string, Record<string, { security?: object[]; responses: Record<string, object> }>>;
  }
  const read = async (name = '') => (await call<Description>('GET', `/api/openapi${name}.json`)).body;

  const describedIn = ({ paths }: Description) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => shapeOf(method, path)),
    );

  it.each(DOCUMENTS)('describes every endpoint of %s in OpenAPI 3.1, and below /api', async (document) => {
    const [own, union] = [await read(`/${document}`), await read()];
    for (const { openapi, servers } of [own, union]) {
      expect(openapi).toBe('3.1.0');
      expect(servers).toEqual([{ url: '/functions/v1' }]);
    }
    const endpoints = readInventory(document).endpoints.filter(({ id }) => !laterReason(id));
    const missing = endpoints.filter(
      ({ method, path }) =>
        !describedIn(own).includes(shapeOf(method, `${MOUNTS[document].replace(/\/api$/, '')}${path}`)) ||
        !describedIn(union).includes(shapeOf(method, path.replace(/^(\/api)?/, '/api'))),
    );
    expect(missing).toEqual([]);
  });

  it('says of every endpoint with a token that it can answer 401', async () => {
    const { paths } = await read();
    for (const methods of Object.values(paths)) {
      for (const { security, responses } of Object.values(methods)) {
        if (security?.length) expect(responses).toHaveProperty('401');
      }
    }
  });
});
