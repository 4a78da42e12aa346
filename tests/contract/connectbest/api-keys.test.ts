/** Keys for other programs: made by admins, sent as X-API-Key, and what each scope opens. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf, signUpAdmin } from '../../helpers/admin.ts';
import { type Db, database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, expectError, TIME, UUID } from '../api.ts';

afterAll(() => database.end());

const path = '/api/admin/api-keys';

interface Made {
  id: string;
  key: string;
}

const create = (person: Person, json: unknown) => call<Made>('POST', path, { token: person.token, json });

async function keyOf(admin: Person, ...scopes: string[]): Promise<Made> {
  const { body } = await create(admin, { name: 'Importer', scopes });
  return body;
}

/** Calls with nothing but the key. */
const callWith = <T = unknown>(key: string, method: string, where: string, json?: unknown) =>
  call<T>(method, where, { json, headers: { 'x-api-key': key } });

/** The same at the Data API. */
const callDataApi = (key: string, name: string, json: unknown) =>
  fetch(`${stack.apiUrl}/rest/v1/rpc/${name}`, {
    method: 'POST',
    headers: {
      apikey: stack.publishableKey,
      'x-api-key': key,
      'content-type': 'application/json',
      'content-profile': 'chat',
    },
    body: JSON.stringify(json),
  });

async function channelOf(person: Person): Promise<string> {
  const { data } = await person.supabase
    .rpc('create_channel', { slug: `c-${randomUUID()}`, kind: 'private', member_ids: [] })
    .single()
    .throwOnError();
  return data.id;
}

const send = (key: string, channel: string) =>
  callWith(key, 'POST', `/api/chat/channels/${channel}/messages/send`, { content: 'from a program' });

const list = (key: string, channel: string) =>
  callWith<{ messages: { content: string }[] }>(key, 'GET', `/api/chat/channels/${channel}/messages`);

describe('POST /api/admin/api-keys', () => {
  it('success: an admin gets the key, this once', async () => {
    const root = await signUpAdmin();
    const answer = await create(root, {
      name: ' Importer ',
      scopes: ['read'],
      expiresAt: '2099-01-01T00:00:00+02:00',
    });
    expect(answer).toMatchObject({ status: 201, body: { id: UUID, key: expect.stringMatching(/^confab_/) } });
    const { body } = await call<{ keys: object[] }>('GET', path, { token: root.token });
    expect(body.keys).toContainEqual({
      id: answer.body.id,
      name: 'Importer',
      prefix: answer.body.key.slice(0, 15),
      scopes: ['read'],
      createdBy: root.id,
      createdAt: TIME,
      expiresAt: '2098-12-31T22:00:00.000Z',
      revokedAt: null,
      lastUsedAt: null,
    });
    expect(JSON.stringify(body)).not.toContain(answer.body.key);
  });

  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a name with something invisible', { name: 'a\u200bb' }, 'name'],
    ['no scope', { name: 'k', scopes: [] }, 'scopes'],
    ['a scope that is none', { name: 'k', scopes: ['all'] }, 'scopes.0'],
    ['an end that is no time', { name: 'k', expiresAt: 'tomorrow' }, 'expiresAt'],
  ])('error: 400 for %s', async (_name, json, field) => {
    const answer = await create(await signUpAdmin(), json);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { details: [{ field }] } });
  });

  it('error: 400 for an end in the past', async () => {
    const answer = await create(await signUpAdmin(), { name: 'k', expiresAt: '2020-01-01T00:00:00Z' });
    expectError(answer, 400, 'invalid_time');
  });

  it('permission: everybody else is refused, and so are keys', async () => {
    expectError(await create(await signUp(), { name: 'k' }), 403, 'not_an_admin');
    const { key } = await keyOf(await signUpAdmin(), 'read', 'write', 'admin');
    expectError(await callWith(key, 'POST', path, { name: 'k' }), 403, 'missing_scope');
  });

  it('limit: an admin makes 60 keys an hour', async () => {
    const root = await signUpAdmin();
    await database`
      insert into chat_private.rate_limit_states (bucket, key, full_at)
      select bucket, ${root.id}, now() + period from chat_private.rate_limit_rules where bucket = 'create_api_key'`;
    const answer = await create(root, { name: 'k' });
    expectError(answer, 429, 'rate_limited');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
  });

  it('effect: the audit log names the key', async () => {
    const { id } = await keyOf(await signUpAdmin(), 'read');
    expect(await auditOf(database as unknown as Db, id)).toMatchObject([{ action: 'api_key.created' }]);
  });
});

describe('GET /api/admin/api-keys', () => {
  it('success: newest first, page by page', async () => {
    const root = await signUpAdmin();
    const [one, two] = [await keyOf(root, 'read'), await keyOf(root, 'read')];
    const { body } = await call<{ keys: Made[] }>('GET', `${path}?before=${two.id}`, { token: root.token });
    expect(body.keys[0]?.id).toBe(one.id);
  });

  it('error: 400 for a cursor that is none', async () => {
    const { token } = await signUpAdmin();
    expectError(await call('GET', `${path}?before=x`, { token }), 400, 'invalid_input', 'before');
  });

  it.each(badTokens)('permission: 401 for %s', async (_name, tokenFrom) => {
    const { token } = await signUpAdmin();
    expect((await call('GET', path, { token: tokenFrom(token) })).status).toBe(401);
  });

  it('permission: everybody else is refused', async () => {
    const { token } = await signUp();
    expectError(await call('GET', path, { token }), 403, 'not_an_admin');
  });
});

describe('DELETE /api/admin/api-keys/{keyId}', () => {
  const revoke = (person: Person, id: string) => call('DELETE', `${path}/${id}`, { token: person.token });

  it('success: the next request with the key is refused', async () => {
    const root = await signUpAdmin();
    const [channel, { id, key }] = [await channelOf(root), await keyOf(root, 'read', 'write')];
    expect((await list(key, channel)).status).toBe(200);
    expect(await revoke(root, id)).toMatchObject({ status: 200, body: { success: true } });
    expectError(await list(key, channel), 401, 'invalid_api_key');
    expect((await revoke(root, id)).status).toBe(200);
  });

  it('error: 404 for a key that is none', async () => {
    expectError(await revoke(await signUpAdmin(), randomUUID()), 404, 'api_key_not_found');
  });

  it('permission: everybody else is refused', async () => {
    const { id } = await keyOf(await signUpAdmin(), 'read');
    expectError(await revoke(await signUp(), id), 403, 'not_an_admin');
  });
});

describe('a request with an API key', () => {
  it('acts as its maker', async () => {
    const root = await signUpAdmin('Root');
    const channel = await channelOf(root);
    const { id, key } = await keyOf(root, 'read', 'write');
    expect(await send(key, channel)).toMatchObject({
      status: 201,
      body: { message: { user: { name: 'Root' } } },
    });
    expect((await list(key, channel)).body.messages[0]?.content).toBe('from a program');
    const [row] = await database`select last_used_at from chat.api_keys where id = ${id}`;
    expect(row?.last_used_at).toBeInstanceOf(Date);
  });

  it('sees nothing that its maker does not see', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    const { key } = await keyOf(root, 'read', 'write');
    expect((await list(key, await channelOf(ada))).status).toBe(404);
  });

  it('without the scope for writing changes nothing, over HTTP or at the Data API', async () => {
    const root = await signUpAdmin();
    const [channel, { key }] = [await channelOf(root), await keyOf(root, 'read', 'admin')];
    expectError(await send(key, channel), 403, 'missing_scope');
    const direct = await callDataApi(key, 'send_message', { channel_id: channel, body: 'x' });
    expect(direct.ok).toBe(false);
    const rows = await database`select from chat.messages where channel_id = ${channel} and kind = 'user'`;
    expect(rows).toHaveLength(0);
  });

  it('without the scope for writing reads all the same, and leaves no mark of it', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    const channel = await channelOf(root);
    await root.supabase.rpc('add_members', { channel_id: channel, user_ids: [ada.id] }).throwOnError();
    await ada.supabase.rpc('send_message', { channel_id: channel, body: 'hello' }).throwOnError();
    const unread = async () => {
      const { data } = await root.supabase
        .from('my_channels')
        .select('unread_count')
        .eq('id', channel)
        .single();
      return data?.unread_count;
    };
    const before = await unread();
    const { key } = await keyOf(root, 'read');
    expect((await list(key, channel)).body.messages[0]?.content).toBe('hello');
    expect(await unread()).toBe(before);
    const found = await callWith<{ results: unknown[] }>(key, 'GET', '/api/chat/search?query=hello');
    expect(found.status).toBe(200);
  });

  it('without the scope for writing reads threads too', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    const channel = await channelOf(root);
    await root.supabase.rpc('add_members', { channel_id: channel, user_ids: [ada.id] }).throwOnError();
    const say = async (person: Person, body: string, parent_seq?: number) => {
      const message = { channel_id: channel, body, ...(parent_seq && { parent_seq }) };
      return (await person.supabase.rpc('send_message', message).single().throwOnError()).data;
    };
    const parent = await say(root, 'question');
    await say(ada, 'answer', parent.seq);
    const unread = async () => {
      const { data } = await root.supabase
        .from('my_threads')
        .select('unread_count')
        .eq('channel_id', channel);
      return data;
    };
    const { key } = await keyOf(root, 'read');
    const thread = await callWith(key, 'GET', `/api/chat/channels/${channel}/messages/${parent.id}/thread`);
    expect(thread).toMatchObject({ status: 200, body: { replies: [{ content: 'answer' }] } });
    expect(await unread()).toEqual([{ unread_count: 1 }]);
  });

  it('without the scope for admins has the rights of a user', async () => {
    const root = await signUpAdmin();
    const [user, admin] = [await keyOf(root, 'read', 'write'), await keyOf(root, 'read', 'admin')];
    expectError(await callWith(user.key, 'GET', path), 403, 'not_an_admin');
    expect((await callWith(admin.key, 'GET', path)).status).toBe(200);
  });

  it('makes nobody an admin and signs nobody out, with all scopes', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    const { key } = await keyOf(root, 'read', 'write', 'admin');
    const promotion = await callDataApi(key, 'set_user_role', { user_id: ada.id, role: 'admin' });
    expect(promotion.status).toBe(403);
    expect(await promotion.json()).toMatchObject({ code: 'missing_scope' });
    const [row] = await database`select role from chat.accounts where user_id = ${ada.id}`;
    expect(row?.role).toBe('user');
    expectError(await callWith(key, 'POST', '/api/auth/logout?all=true'), 403, 'missing_scope');
    expect((await call('GET', '/api/auth/me', { token: root.token })).status).toBe(200);
  });

  it.each([[['write', 'admin']], [['write']], [['admin']]])(
    'without the scope for reading reads nothing: %j',
    async (scopes) => {
      const root = await signUpAdmin();
      const [channel, { key }] = [await channelOf(root), await keyOf(root, ...scopes)];
      // Lists, what leaves marks of reading, and what is counted in passing, in several documents.
      for (const where of [
        path,
        '/api/auth/me',
        '/api/chat/channels',
        `/api/chat/channels/${channel}`,
        `/api/chat/channels/${channel}/messages`,
        '/api/chat/search?query=from',
        '/api/dms',
        '/api/notifications',
        '/chatrooms/api/chatrooms',
        `/groups/api/messages/${channel}`,
        `/rooms/api/messages/${channel}`,
        `/conversations/conversations/${channel}`,
      ]) {
        expectError(await callWith(key, 'GET', where), 403, 'missing_scope');
      }
    },
  );

  it.each(['read_from', '%72ead_from'])(
    'without that scope reads nothing at the Data API either: %s',
    async (name) => {
      const root = await signUpAdmin();
      const [channel, { key }] = [await channelOf(root), await keyOf(root, 'write')];
      const answer = await callDataApi(key, name, { id: channel });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: 'missing_scope' });
    },
  );

  it('with the scope for writing alone is told what it wrote', async () => {
    const root = await signUpAdmin();
    const [channel, { key }] = [await channelOf(root), await keyOf(root, 'write')];
    expect(await send(key, channel)).toMatchObject({
      status: 201,
      body: { message: { content: 'from a program', userId: root.id } },
    });
  });

  it.each([
    [
      'expired',
      (root: Person) => database`update chat.api_keys set expires_at = now() where created_by = ${root.id}`,
    ],
    [
      'suspended',
      (root: Person) => database`update chat.accounts set suspended_at = now() where user_id = ${root.id}`,
    ],
    [
      'demoted',
      (root: Person) => database`update chat.accounts set role = 'user' where user_id = ${root.id}`,
    ],
    ['deleted', (root: Person) => database`delete from auth.users where id = ${root.id}`],
  ])('is refused at once when it is expired or its maker is gone: %s', async (_name, end) => {
    const root = await signUpAdmin();
    const [channel, { key }] = [await channelOf(root), await keyOf(root, 'read', 'write')];
    expect((await list(key, channel)).status).toBe(200);
    await end(root);
    expectError(await list(key, channel), 401, 'invalid_api_key');
  });

  it('with a wrong key is refused', async () => {
    expectError(await callWith(`confab_${'0'.repeat(64)}`, 'GET', path), 401, 'invalid_api_key');
    expectError(await callWith('nonsense', 'GET', path), 401, 'not_signed_in');
  });

  it('is counted by the key, not with its maker', async () => {
    const root = await signUpAdmin();
    const { id, key } = await keyOf(root, 'read', 'admin');
    const answer = await callWith(key, 'GET', path);
    expect(answer.headers.get('ratelimit-remaining')).toBe('999');
    const [row] = await database`select used from chat_private.api_windows where key = ${id}`;
    expect(row?.used).toBe(1);
  });

  it('that does something as an admin stands in the audit log with the key', async () => {
    const root = await signUpAdmin();
    const { id, key } = await keyOf(root, 'read', 'write', 'admin');
    const other = await keyOf(root, 'read');
    expect((await callWith(key, 'DELETE', `${path}/${other.id}`)).status).toBe(200);
    const entries = await auditOf(database as unknown as Db, other.id);
    expect(entries.at(-1)).toMatchObject({
      action: 'api_key.revoked',
      actor_id: root.id,
      via: `api key ${id}`,
    });
  });
});
