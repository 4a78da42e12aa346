/** OWASP A01, broken access control: Eve tries every route of the API with what is Ada's. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { badTokens, expectError, uniqueAddress } from './api.ts';
import { type Route, readRoutes } from './routes.ts';

afterAll(() => database.end());

const routes = await readRoutes();

const address = uniqueAddress();

/** What one person owns and nobody else may see, by the names that parameters and fields of bodies have. */
interface Tenant {
  person: Person;
  /** Stands in every text of the tenant's: whoever reads it elsewhere has found a leak. */
  secret: string;
  ids: Record<string, string>;
}

/** A person in a private channel and a direct message with a friend, in which every text is secret. */
async function createTenant(name: string): Promise<Tenant> {
  const [person, friend] = await Promise.all([signUp(name), signUp(`${name}'s friend`)]);
  const secret = `secret-${randomUUID()}`;
  const rpc = person.supabase.rpc.bind(person.supabase);
  const channel = await rpc('create_channel', { slug: secret, kind: 'private', member_ids: [friend.id] })
    .single()
    .throwOnError();
  const group = await rpc('create_group', { name: secret, member_ids: [friend.id] })
    .single()
    .throwOnError();
  const dm = await rpc('open_dm', { user_id: friend.id }).single().throwOnError();
  const send = (body: string, more = {}) =>
    rpc('send_message', { channel_id: channel.data.id, body, ...more })
      .single()
      .throwOnError();
  const message = await send(secret);
  await send(secret, { parent_seq: message.data.seq });
  await friend.supabase.rpc('send_message', { channel_id: dm.data.id, body: secret }).throwOnError();
  const file = await rpc('create_file', {
    name: `${secret}.txt`,
    mime_type: 'text/plain',
    size: 3,
    channel_id: channel.data.id,
  })
    .single()
    .throwOnError();
  const [notification] =
    await database`select id from chat.notifications where user_id = ${person.id} limit 1`;
  return {
    person,
    secret,
    ids: {
      channelId: channel.data.id,
      chatroomId: channel.data.id,
      roomId: channel.data.id,
      receiverId: channel.data.id,
      conversationId: group.data.id,
      groupId: group.data.id,
      dmId: dm.data.id,
      messageId: message.data.id,
      parentMessageId: message.data.id,
      fileId: file.data.id,
      attachmentId: file.data.id,
      notificationId: notification?.id,
      userId: person.id,
      senderId: person.id,
      memberId: friend.id,
      keyId: randomUUID(),
    },
  };
}

const SHOWN = 'the document shows everybody signed in who somebody is and how they are';

/** Routes that may answer Eve with something: why that is no leak. The secret must not be in the answer all the same. */
const OPEN: Record<string, string> = {
  'GET /api/users/{userId}': SHOWN,
  'GET /chatrooms/api/users/{id}': SHOWN,
  'GET /groups/api/users/{id}': SHOWN,
  'GET /groups/api/status/{userId}': SHOWN,
  'GET /conversations/users/{userId}': SHOWN,
};

let ada: Tenant;
let eve: Tenant;
beforeAll(async () => {
  [ada, eve] = await Promise.all([createTenant('Ada'), createTenant('Eve')]);
});

const secretsOf = ({ secret, person }: Tenant) => [secret, person.email];

const idOf = (tenant: Tenant, name: string): string => {
  const id = tenant.ids[name];
  if (!id) throw new Error(`no tenant owns a ${name}; createTenant has to make one`);
  return id;
};

/** What a parameter called `id` alone is of: the noun before it says so. */
const NOUNS: Record<string, string> = {
  users: 'userId',
  chatrooms: 'channelId',
  channels: 'channelId',
  groups: 'groupId',
  messages: 'messageId',
  notifications: 'notificationId',
};

/** The ids that a route asks for in its path, each of a tenant's. */
const idsFor = (route: Route, tenantOf: (name: string) => Tenant): Record<string, string> =>
  Object.fromEntries(
    route.pathParameters.map((name) => {
      const noun = /(\w+)\/\{id\}/.exec(route.path)?.[1] ?? '';
      return [name, idOf(tenantOf(name), name === 'id' ? (NOUNS[noun] ?? name) : name)];
    }),
  );

const ID_FIELDS = /Ids?$|^(attachments|members|participants)$/;
const LISTS: Record<string, string> = { attachments: 'fileId', members: 'userId', participants: 'userId' };

/** The example body with every id in it replaced by the tenant's. */
function bodyFor(route: Route, tenant: Tenant): unknown {
  if (!route.body) return undefined;
  const replace = (name: string, value: unknown): unknown => {
    const isId = ID_FIELDS.test(name);
    const single = LISTS[name] ?? name.replace(/s$/, '');
    if (!isId || value === null) return value;
    return Array.isArray(value) ? value.map(() => idOf(tenant, single)) : idOf(tenant, single);
  };
  return Object.fromEntries(Object.entries(route.body).map(([name, value]) => [name, replace(name, value)]));
}

async function attempt(route: Route, token: string, ids: Record<string, string>, body: unknown) {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ''));
  const response = await fetch(`${stack.apiUrl}/functions/v1${path}`, {
    method: route.method,
    headers: {
      authorization: `Bearer ${token}`,
      'x-forwarded-for': address,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    redirect: 'manual',
  });
  return { status: response.status, text: await response.text() };
}

/** Every way to put at least one of Ada's ids where Eve's would be allowed. */
function swaps(names: string[]): Set<string>[] {
  const choices = 2 ** names.length;
  return Array.from(
    { length: choices - 1 },
    (_, choice) => new Set(names.filter((_name, n) => (choice + 1) & (1 << n))),
  );
}

const everythingOfAdas = async () => {
  const { channelId, dmId, userId } = ada.ids;
  return database`
    select (select jsonb_agg(to_jsonb(m) order by m.channel_id, m.seq) from chat.messages m where m.channel_id in (${channelId ?? ''}, ${dmId ?? ''})) as messages,
           (select jsonb_agg(to_jsonb(c) - 'epoch' order by c.id) from chat.channels c where c.id in (${channelId ?? ''}, ${dmId ?? ''})) as channels,
           (select jsonb_agg(m.user_id order by m.channel_id, m.user_id) from chat.channel_members m where m.channel_id in (${channelId ?? ''}, ${dmId ?? ''})) as members,
           (select jsonb_agg(to_jsonb(f) order by f.id) from chat.files f where f.uploader_id = ${userId ?? ''}) as files,
           (select jsonb_agg(to_jsonb(n) order by n.id) from chat.notifications n where n.user_id = ${userId ?? ''} and n.actor_id <> ${eve.person.id}) as notifications,
           (select to_jsonb(p) from chat.profiles p where p.id = ${userId ?? ''}) as profile,
           (select to_jsonb(a) from chat.accounts a where a.user_id = ${userId ?? ''}) as account`;
};

const withIds = routes.filter(({ pathParameters, takesCaller }) => takesCaller && pathParameters.length > 0);

describe("A01 every id swapped: Eve gets nothing of Ada's", () => {
  for (const route of withIds) {
    for (const swapped of swaps(route.pathParameters)) {
      it(`${route.name} with Ada's ${[...swapped].join(' and ')}`, async () => {
        const ids = idsFor(route, (name) => (swapped.has(name) ? ada : eve));
        const before = await everythingOfAdas();
        const answer = await attempt(route, eve.person.token, ids, bodyFor(route, eve));
        const isOpen = OPEN[route.name] !== undefined;
        for (const secret of isOpen ? [ada.secret] : secretsOf(ada))
          expect(answer.text).not.toContain(secret);
        if (!isOpen) expect([403, 404]).toContain(answer.status);
        expect(await everythingOfAdas()).toEqual(before);
      });
    }
  }

  const withBodies = routes.filter(({ needsCaller, body }) =>
    Object.keys(needsCaller && body ? body : {}).some((name) => ID_FIELDS.test(name)),
  );
  for (const route of withBodies) {
    it(`${route.name} with Ada's ids in the body`, async () => {
      const ids = idsFor(route, () => eve);
      const before = await everythingOfAdas();
      const answer = await attempt(route, eve.person.token, ids, bodyFor(route, ada));
      for (const secret of secretsOf(ada)) expect(answer.text).not.toContain(secret);
      expect(answer.status).toBeLessThan(500);
      expect(await everythingOfAdas()).toEqual(before);
    });
  }

  const lists = routes.filter(
    ({ method, path, pathParameters, takesCaller }) =>
      // Eve has more to try.
      method === 'GET' && takesCaller && pathParameters.length === 0 && !path.endsWith('/logout'),
  );
  it.each(lists.map((route) => [route.name, route] as const))('%s without any id', async (_name, route) => {
    const answer = await attempt(route, eve.person.token, {}, undefined);
    for (const secret of secretsOf(ada)) expect(answer.text).not.toContain(secret);
    expect(answer.status).toBeLessThan(500);
  });
});

describe('A01 and A07 every route refuses a token that is not good', () => {
  const closed = routes.filter(({ needsCaller }) => needsCaller);
  it.each(closed.map((route) => [route.name, route] as const))('%s', async (_name, route) => {
    const ids = idsFor(route, () => ada);
    for (const [kind, tokenFrom] of badTokens) {
      const token = tokenFrom(ada.person.token) ?? '';
      const answer = await attempt(route, token, ids, bodyFor(route, ada));
      expect(answer.text, kind).not.toContain(ada.secret);
      expect(answer.status, kind).toBe(401);
    }
  });
});

describe('A01 what is for admins', () => {
  const admins = routes.filter(({ path, needsCaller }) => needsCaller && path.includes('/api/admin/'));
  it.each(admins.map((route) => [route.name, route] as const))(
    '%s is refused to everybody else',
    async (_name, route) => {
      const ids = idsFor(route, () => ada);
      const answer = await attempt(route, eve.person.token, ids, bodyFor(route, ada));
      expectError({ ...answer, headers: new Headers(), body: JSON.parse(answer.text) }, 403, 'not_an_admin');
    },
  );
});
