import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { listenToEveryone } from '../../helpers/listen.ts';
import { connect, type Person, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, expectError, TIME } from '../api.ts';

afterAll(() => database.end());

interface Found {
  users: { id: string }[];
}

const update = (token: string | undefined, json: unknown) =>
  call<{ user: object }>('PUT', '/api/users/profile', { token, json });
const setStatus = (token: string | undefined, json: unknown) =>
  call('PUT', '/api/users/status', { token, json });
const search = (token: string | undefined, query: Record<string, string>) =>
  call<Found>('GET', `/api/users/search?${new URLSearchParams(query)}`, { token });
const find = (token: string | undefined, id: string) => call('GET', `/api/users/${id}`, { token });
const me = (token: string) => call<{ user: object }>('GET', '/api/auth/me', { token });

/** Without the status, which follows from calling. */
const accountOf = async (token: string) => ({ ...(await me(token)).body.user, status: undefined });

/** A word that no other name has. */
const newWord = () => `zy${randomUUID().replaceAll(/[^a-z]/g, '')}${randomInt(1e6)}`;
const newPhone = () => `+4916${randomInt(1e9, 1e10)}`;

async function suspend(person: Person): Promise<void> {
  await database`update chat.accounts set suspended_at = now() where user_id = ${person.id}`;
}

describe('PUT /api/users/profile', () => {
  it('success: changes everything and answers with the account', async () => {
    const person = await signUp();
    const phone = newPhone();
    const answer = await update(person.token, {
      name: '  Ada King ',
      phone,
      statusMessage: 'On a train',
      preferences: { notifications: false, soundEnabled: false, timezone: 'Europe/Berlin' },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        user: {
          id: person.id,
          email: person.email,
          name: 'Ada King',
          role: 'user',
          phone,
          image: null,
          status: expect.any(String),
          statusMessage: 'On a train',
          emailVerified: false,
          preferences: { notifications: false, soundEnabled: false, timezone: 'Europe/Berlin' },
          createdAt: TIME,
        },
      },
    });
    expect(await accountOf(person.token)).toEqual({ ...answer.body.user, status: undefined });
  });

  it('success: leaves what is not given, and takes away what is null', async () => {
    const person = await signUp();
    await update(person.token, {
      phone: newPhone(),
      statusMessage: 'here',
      preferences: { soundEnabled: false },
    });
    expect((await update(person.token, {})).body).toMatchObject({
      user: {
        name: person.name,
        statusMessage: 'here',
        preferences: { soundEnabled: false, notifications: true },
      },
    });
    expect((await update(person.token, { phone: null, statusMessage: null })).body).toMatchObject({
      user: { phone: null, statusMessage: null },
    });
  });

  it('success: cleans what was typed or copied of marks and line breaks', async () => {
    const person = await signUp();
    const change = { name: 'Ada\tKing\u200f', statusMessage: 'On a\r\ntrain\u200f' };
    expect(await update(person.token, change)).toMatchObject({
      status: 200,
      body: { user: { name: 'Ada King', statusMessage: 'On a train' } },
    });
  });

  it.each([
    ['name', { name: 'A' }, 'invalid_input'],
    ['name', { name: 'a'.repeat(81) }, 'invalid_name'],
    ['name', { name: '\u202e\u200b\u200b' }, 'invalid_name'],
    ['phone', { phone: '0171 1234567' }, 'invalid_phone'],
    ['phone', { phone: 49171 }, 'invalid_input'],
    ['statusMessage', { statusMessage: 'x'.repeat(101) }, 'invalid_status'],
    ['preferences.timezone', { preferences: { timezone: 'Mars/Olympus' } }, 'invalid_timezone'],
    ['preferences.soundEnabled', { preferences: { soundEnabled: 'yes' } }, 'invalid_input'],
    ['preferences', { preferences: 'none' }, 'invalid_input'],
  ])('error: 400 names %s when it is wrong (%o) and changes nothing', async (field, change, code) => {
    const person = await signUp();
    const before = await accountOf(person.token);
    expectError(
      await update(person.token, { preferences: { notifications: false }, ...change }),
      400,
      code,
      field,
    );
    const wrongLast = await update(person.token, { name: 'Somebody Else', ...change });
    expect(wrongLast.status).toBe(400);
    expect(await accountOf(person.token)).toEqual(before);
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await update(make((await signUp()).token), { name: 'Mallory' });
    expect(status).toBe(401);
  });

  it('permission: neither role nor address nor another account can be changed', async () => {
    const [ada, bob] = [await signUp(), await signUp('Bob')];
    const json = {
      id: bob.id,
      userId: bob.id,
      role: 'admin',
      email: bob.email,
      emailVerified: true,
      name: 'Ada K',
    };
    expect((await update(ada.token, json)).body).toMatchObject({
      user: { id: ada.id, role: 'user', email: ada.email, emailVerified: false },
    });
    expect((await me(bob.token)).body).toMatchObject({ user: { name: 'Bob' } });
  });

  it('limit: takes a status of 100 characters and none of 101', async () => {
    const { token } = await signUp();
    expect((await update(token, { statusMessage: '😀'.repeat(100) })).status).toBe(200);
    expectError(
      await update(token, { statusMessage: 'x'.repeat(101) }),
      400,
      'invalid_status',
      'statusMessage',
    );
  });

  it('effect: others see it', async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    await update(ada.token, { name: 'Ada <b>King</b>', statusMessage: 'away' });
    expect((await find(bob.token, ada.id)).body).toMatchObject({
      user: { name: 'Ada <b>King</b>', statusMessage: 'away' },
    });
  });
});

describe('PUT /api/users/status', () => {
  it.each(['online', 'away', 'busy', 'inmeeting', 'offline'])('success: sets %s', async (status) => {
    const { token } = await signUp();
    expect(await setStatus(token, { status })).toMatchObject({ status: 200, body: { success: true } });
    expect((await me(token)).body).toMatchObject({ user: { status } });
  });

  it.each([
    ['status', {}],
    ['status', { status: 'asleep' }],
    ['status', { status: null }],
    ['statusMessage', { status: 'busy', statusMessage: 7 }],
  ])('error: 400 names %s when it is wrong (%o)', async (field, json) => {
    expectError(await setStatus((await signUp()).token, json), 400, 'invalid_input', field);
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await setStatus(make((await signUp()).token), { status: 'busy' });
    expect(status).toBe(401);
  });

  it('limit: takes a message of 100 characters; with one of 101 not even the status changes', async () => {
    const { token } = await signUp();
    expect((await setStatus(token, { status: 'busy', statusMessage: 'x'.repeat(100) })).status).toBe(200);
    const refused = await setStatus(token, { status: 'away', statusMessage: 'x'.repeat(101) });
    expectError(refused, 400, 'invalid_status', 'statusMessage');
    expect((await me(token)).body).toMatchObject({ user: { status: 'busy' } });
  });

  // What is said while somebody is shut out in another test goes to the topic that was before.
  it('effect: everybody connected hears of it', { retry: 3 }, async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    const listener = await listenToEveryone(bob);
    await setStatus(ada.token, { status: 'inmeeting', statusMessage: 'Quarterly' });
    await expect
      .poll(() => listener.heard)
      .toContainEqual(
        expect.objectContaining({
          event: 'presence:changed',
          payload: expect.objectContaining({ user_id: ada.id, status: 'inmeeting' }),
        }),
      );
  });

  it('effect: others see it', async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    await setStatus(ada.token, { status: 'busy', statusMessage: 'Writing' });
    expect((await find(bob.token, ada.id)).body).toMatchObject({
      user: { status: 'busy', statusMessage: 'Writing' },
    });
  });
});

describe('GET /api/users/search', () => {
  it('success: finds people by name, in any case of letters', async () => {
    const word = newWord();
    const [ada, bob] = [await signUp(`Ada ${word}`), await signUp()];
    await update(ada.token, { phone: '+4915112345678' });
    expect(await search(bob.token, { query: word.toUpperCase() })).toMatchObject({
      status: 200,
      body: {
        users: [
          {
            id: ada.id,
            name: `Ada ${word}`,
            email: ada.email,
            phone: '+4915112345678',
            status: expect.stringMatching(/^(online|away|busy|inmeeting|offline)$/),
            avatar: null,
          },
        ],
      },
    });
  });

  it('success: finds people by all of an address, its beginning and a part of it', async () => {
    const [ada, bob] = [await signUp(newWord()), await signUp()];
    for (const query of [ada.email.toUpperCase(), ada.email.slice(0, 20), ada.email.slice(4, 24)]) {
      expect((await search(bob.token, { query })).body.users.map(({ id }) => id)).toContain(ada.id);
    }
  });

  it('success: finds people by a number and its beginning', async () => {
    const [ada, bob, phone] = [await signUp(), await signUp(), newPhone()];
    await update(ada.token, { phone });
    for (const query of [
      phone,
      phone.slice(1),
      phone.slice(0, -1),
      `${phone.slice(0, 3)} ${phone.slice(3)}`,
    ]) {
      expect((await search(bob.token, { query })).body.users.map(({ id }) => id)).toContain(ada.id);
    }
  });

  it('success: whom the whole query names comes before whom it begins', async () => {
    const word = newWord();
    const longer = await signUp(`${word}er`);
    const exact = await signUp(word);
    const { users } = (await search(exact.token, { query: word })).body;
    expect(users.map(({ id }) => id)).toEqual([exact.id, longer.id]);
  });

  it('success: whoever is called exactly so is found among any number of names that begin alike', async () => {
    const word = newWord();
    const crowd = await database`
      insert into auth.users (id, email, raw_user_meta_data)
      select gen_random_uuid(), gen_random_uuid() || '@example.com', jsonb_build_object('name', ${`${word} B`}::text || 'aker ' || n)
        from generate_series(1, 120) n returning id`;
    const exact = await signUp(`${word} B`);
    const { users } = (await search(exact.token, { query: `${word} b`, limit: '2' })).body;
    expect(users[0]?.id).toBe(exact.id);
    await database`delete from auth.users where id = any (${crowd.map((row) => row.id as string)})`;
  });

  it('success: the beginning of an address comes before names that merely look like the query', async () => {
    const word = newWord();
    const similar = await signUp(`${word}x`);
    const [{ id } = {}] = await database`
      insert into auth.users (id, email, raw_user_meta_data)
      values (gen_random_uuid(), ${`${word}y@example.com`}, '{"name": "Quite different"}') returning id`;
    const { users } = (await search(similar.token, { query: `${word}y@` })).body;
    expect(users.map((user) => user.id)).toEqual([id, similar.id]);
  });

  it('success: whoever has no such name, address or number is not there', async () => {
    const { token } = await signUp();
    expect((await search(token, { query: newWord() })).body).toEqual({ users: [] });
    expect((await search(token, { query: '%%__' })).status).toBe(400);
  });

  it.each([
    ['query', {}],
    ['query', { query: 'a' }],
    ['query', { query: ' a ' }],
    ['query', { query: 'nul\0' }],
    ['limit', { query: 'ada', limit: '0' }],
    ['limit', { query: 'ada', limit: 'ten' }],
  ])('error: 400 names %s when it is wrong (%o)', async (field, query: Record<string, string>) => {
    expectError(await search((await signUp()).token, query), 400, 'invalid_input', field);
  });

  it('error: 400 for a query without letters and digits, or of over 200 characters', async () => {
    const { token } = await signUp();
    for (const query of ['!?', 'x'.repeat(201)]) {
      expectError(await search(token, { query }), 400, 'invalid_search', 'query');
    }
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await search(make((await signUp()).token), { query: 'ada' });
    expect(status).toBe(401);
  });

  it('permission: nobody finds a suspended person, by whatever', async () => {
    const word = newWord();
    const [ada, bob] = [await signUp(word), await signUp()];
    await suspend(ada);
    for (const query of [word, ada.email]) {
      expect((await search(bob.token, { query })).body.users.map(({ id }) => id)).not.toContain(ada.id);
    }
  });

  it('limit: answers 20 people, fewer when asked, and never more than 50', async () => {
    const word = newWord();
    const { token } = await signUp(`${word} 0`);
    await database`
      insert into auth.users (id, email, raw_user_meta_data)
      select gen_random_uuid(), ${word} || n || '@example.com', jsonb_build_object('name', ${word} || ' ' || n)
        from generate_series(1, 55) n`;
    const count = async (limit?: string) =>
      (await search(token, { query: word, ...(limit && { limit }) })).body.users.length;
    expect(await count()).toBe(20);
    expect(await count('3')).toBe(3);
    expect(await count('50')).toBe(50);
    expect(await count('1000')).toBe(50);
  });
});

describe('GET /api/users/:userId', () => {
  it('success: shows a person', async () => {
    const [ada, bob] = [await signUp('Ada Lovelace'), await signUp()];
    expect(await find(bob.token, ada.id.toUpperCase())).toMatchObject({
      status: 200,
      body: {
        user: {
          id: ada.id,
          name: 'Ada Lovelace',
          email: ada.email,
          phone: null,
          status: 'offline',
          statusMessage: null,
          avatar: null,
          createdAt: TIME,
        },
      },
    });
  });

  it('error: 404 for nobody and for a deleted person, 400 for what is no id', async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    await connect(stack.secretKey).auth.admin.deleteUser(ada.id);
    for (const id of [ada.id, randomUUID()]) expectError(await find(bob.token, id), 404, 'user_not_found');
    expectError(await find(bob.token, 'me'), 400, 'invalid_input', 'userId');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { id, token } = await signUp();
    expect((await find(make(token), id)).status).toBe(401);
  });

  it('permission: shows neither addresses nor numbers of others where the platform keeps them back', async () => {
    const [ada, bob] = [await signUp(), await signUp()];
    await database
      .begin(async (db) => {
        await db`update chat.settings set value = 'false' where name = 'share_contacts'`;
        await db`select set_config('request.jwt.claims', ${JSON.stringify({ sub: bob.id, role: 'authenticated' })}, true)`;
        const [seen] = await db`select email, phone from chat.get_contact(${ada.id})`;
        expect(seen).toEqual({ email: null, phone: null });
        const [own] = await db`select email from chat.get_contact(${bob.id})`;
        expect(own?.email).toBe(bob.email);
        expect(
          await db`select from chat.search_contacts(${ada.email}, 50) c where c.id = ${ada.id}`,
        ).toHaveLength(0);
        throw new Error('as it was');
      })
      .catch((error: Error) => expect(error.message).toBe('as it was'));
  });
});
