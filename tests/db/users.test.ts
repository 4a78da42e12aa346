import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

async function signUpAnswer(metadata: Record<string, string | null>, email?: string) {
  const [row] = await database`
    select chat_private.before_user_created(${database.json({ user: { email, user_metadata: metadata } } as never)}) as answer`;
  return row?.answer;
}

const UNUSED = `u${randomUUID().slice(0, 8)}`;

/** What @ means everyone by, what stands for people who are gone, and what would look like either at the end of a sentence. */
const RESERVED = [
  ...['all', 'channel', 'everyone', 'here', 'here.', 'channel-', 'all_'],
  ...['deleted-user', 'deleted-user-'],
];

describe('sign-up', () => {
  it('makes a profile with a username from what is known, unique also when names are equal', () =>
    rolledBack(async (db) => {
      const name = `Zoë ${randomUUID().slice(0, 8)}`;
      const ids = [await createUser(db, { name }), await createUser(db, { name })];
      const rows = await db`select username, name from chat.profiles where id = any (${ids})`;
      expect(rows.map((row) => row.name)).toEqual([name, name]);
      const usernames = rows.map((row) => row.username as string).sort((a, b) => a.length - b.length);
      expect(usernames[0]).toMatch(/^zo[a-f0-9]{8}$/);
      expect(usernames[1]?.startsWith(`${usernames[0]}-`)).toBe(true);
    }));

  it.each([
    ['a username with a space', { username: 'a b' }, 400],
    ['a username in capitals', { username: 'Ada' }, 400],
    ['an empty name', { name: ' ' }, 400],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 400],
    ['a name that nobody can see', { name: '\u200b' }, 400],
    ['no name at all', { name: null }, 400],
  ])('its hook refuses %s', async (_name, metadata, status) => {
    expect((await signUpAnswer(metadata)).error.http_code).toBe(status);
  });

  it('its hook takes a name of two lines that turns its letters around, and it is cleaned', () =>
    rolledBack(async (db) => {
      const name = ' Ada\nKing\u202e ';
      expect(await signUpAnswer({ name })).toEqual({});
      expect((await profile(db, await createUser(db, { name })))?.name).toBe('Ada King');
    }));

  it.each(RESERVED)('its hook refuses the username %s, which is reserved', async (username) => {
    expect((await signUpAnswer({ username })).error.message).toMatch(/^username_taken: /);
  });

  it('gives a username of 32 characters as it was wished, and another that is shorter than it where it is taken', () =>
    rolledBack(async (db) => {
      const username = `u${randomUUID().replaceAll('-', '')}`.slice(0, 32);
      const usernames = [await createUser(db, { username }), await createUser(db, { name: username })].map(
        async (id) => (await profile(db, id))?.username as string,
      );
      const [first, second] = await Promise.all(usernames);
      expect(first).toBe(username);
      expect(second).toMatch(new RegExp(`^${username.slice(0, 24)}-[0-9a-f]{7}$`));
    }));

  it('gives nobody a username that is reserved, whatever they are called', () =>
    rolledBack(async (db) => {
      for (const name of ['Here', 'CHANNEL', 'All.', 'Deleted-User']) {
        const { username } = (await profile(db, await createUser(db, { name }))) ?? {};
        expect(username).toMatch(/^(here|channel|all\.|deleted-user)-[0-9a-f]{7}$/);
      }
    }));

  it.each([
    ['an address of its own', { username: UNUSED }, `${UNUSED}@example.com`],
    ['no address but that of its username', { username: UNUSED }, `${UNUSED}@users.confab.invalid`],
    ['neither address nor username', {}, undefined],
  ])('its hook takes %s', async (_name, metadata, email) => {
    expect(await signUpAnswer(metadata, email)).toEqual({});
  });

  it.each([
    ['another username', { username: UNUSED }, `${UNUSED}x@users.confab.invalid`],
    ['no username', {}, 'Zed@Users.Confab.Invalid'],
  ])("its hook refuses the address of somebody's username with %s", async (_name, metadata, email) => {
    expect((await signUpAnswer(metadata, email)).error).toMatchObject({
      http_code: 400,
      message: expect.stringMatching(/^invalid_input: /),
    });
  });

  it('gives nobody another username than the one they chose, also where its hook was not asked', () =>
    rolledBack(async (db) => {
      const username = `u${randomUUID().slice(0, 8)}`;
      await createUser(db, { username });
      expect(await refusal(db.savepoint((step) => createUser(step as unknown as Db, { username })))).toBe(
        '23505',
      );
    }));

  it('remembers who chose a username, whatever they are called later', () =>
    rolledBack(async (db) => {
      const username = `u${randomUUID().slice(0, 8)}`;
      const [chosen, given] = [await createUser(db, { username }), await createUser(db, { name: username })];
      for (const ada of [chosen, given]) await change(db, ada, { username: `${username}-${ada === given}` });
      const rows =
        await db`select user_id, chose_username from chat.accounts where user_id in (${chosen}, ${given})`;
      expect(new Map(rows.map((row) => [row.user_id, row.chose_username]))).toEqual(
        new Map([
          [chosen, true],
          [given, false],
        ]),
      );
    }));

  it('its hook refuses a username that is taken', () =>
    rolledBack(async (db) => {
      const username = `u${randomUUID().slice(0, 8)}`;
      await createUser(db, { username });
      const [row] = await db`
        select chat_private.before_user_created(${db.json({ user: { user_metadata: { username } } })}) as answer`;
      expect(row?.answer.error.message).toMatch(/^username_taken: /);
    }));
});

/** The code that a change is refused with, also that of an edit by hand, which nothing else may get around. */
const change = (db: Db, user: string, to: Record<string, unknown>) =>
  refusal(
    asUser(
      db,
      user,
      (as) => as`select chat.update_profile(
        name => ${(to.name as string) ?? null}, username => ${(to.username as string) ?? null},
        avatar_url => ${(to.avatar_url as string) ?? null}, title => ${(to.title as string) ?? null},
        custom => ${to.custom === undefined ? null : as.json(to.custom as never)})`,
    ),
  );

const profile = async (db: Db, user: string) => (await db`select * from chat.profiles where id = ${user}`)[0];

describe('a name', () => {
  const rename = (db: Db, user: string, name: string) =>
    refusal(db.savepoint((step) => step`update chat.profiles set name = ${name} where id = ${user}`));

  it.each([
    'Ada',
    'Zoë O’Neil-Müller',
    '王小明',
    'علی\u200cرضا',
    '👩🏽\u200d💻',
    '❤\ufe0f',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    'Ada\u00a0L.',
    'x'.repeat(80),
    '😀'.repeat(80),
  ])('may be %s', (name) =>
    rolledBack(async (db) => {
      expect(await rename(db, await createUser(db), name)).toBeUndefined();
      expect(await signUpAnswer({ name })).toEqual({});
    }),
  );

  it.each([
    ['empty', ''],
    ['a space', ' '],
    ['within spaces', ' Ada '],
    ['81 characters', 'x'.repeat(81)],
    ['two lines', 'Ada\nAdmin'],
    ['a tab', 'A\tda'],
    ['an escape sequence', '\u001b[31mAda'],
    ['a control character of Latin-1', 'A\u0085da'],
    ['a line separator', 'A\u2028da'],
    ['an override of direction', 'Ada \u202enimda'],
    ['an isolate', 'Ada\u2066'],
    ['a direction mark', 'Ada\u200f'],
    ['a space of no width', 'A\u200bda'],
    ['a word joiner', 'A\u2060da'],
    ['a soft hyphen', 'A\u00adda'],
    ['a byte order mark', '\ufeffAda'],
    ['a filler', 'A\u3164da'],
    ['a space that does not break', '\u00a0'],
    ['an ideographic space', '\u3000'],
    ['a joiner of nothing', '\u200d'],
    ['a blank of Braille', '\u2800'],
    ['a selector of nothing', '\ufe0f'],
    ['a tag of nothing', '\u{e0041}'],
  ])('is never %s', (_what, name) =>
    rolledBack(async (db) => {
      expect(await rename(db, await createUser(db), name)).toBe('23514');
    }),
  );

  it('that another service gave is cleaned, as nobody could correct it there', () =>
    rolledBack(async (db) => {
      const id = await createUser(db, { full_name: ' Ada\n\u202eLovelace\u200b ' });
      const nameless = await createUser(db, { full_name: '\u200b' });
      const [ada, other] =
        await db`select name, username from chat.profiles where id in (${id}, ${nameless}) order by id = ${nameless}`;
      expect(ada?.name).toBe('Ada Lovelace');
      expect(other?.name).toBe(other?.username);
    }));
});

describe('a profile', () => {
  it('is changed part by part by its owner, and says when', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const before = await profile(db, ada);
      const others = await profile(db, bob);
      const username = `u${randomUUID().slice(0, 8)}`;
      await change(db, ada, { name: ' Ada L. ', title: 'Engineer', custom: { team: 'core' } });
      await change(db, ada, { username, avatar_url: 'https://example.com/a.png?size=1' });
      const after = await profile(db, ada);
      expect(after).toMatchObject({
        name: 'Ada L.',
        username,
        title: 'Engineer',
        avatar_url: 'https://example.com/a.png?size=1',
        custom: { team: 'core' },
      });
      expect((after?.updated_at as Date) > (before?.updated_at as Date)).toBe(true);
      await change(db, ada, { avatar_url: '', title: '' });
      expect(await profile(db, ada)).toMatchObject({ avatar_url: null, title: null, name: 'Ada L.' });
      expect(await profile(db, bob)).toEqual(others);
    }));

  it('has name and title on one line that reads in its order, however they were typed', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await change(db, ada, {
        name: 'Ada\tKing\u202e',
        title: ` ${'x'.repeat(70)}\r\n${'y'.repeat(9)}\u200b `,
      });
      expect(await profile(db, ada)).toMatchObject({
        name: 'Ada King',
        title: `${'x'.repeat(70)} ${'y'.repeat(9)}`,
      });
      await change(db, ada, { title: '\u200b' });
      expect(await profile(db, ada)).toMatchObject({ name: 'Ada King', title: null });
    }));

  it.each([
    ['an empty name', { name: ' ' }, 'invalid_name'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'invalid_name'],
    ['a name that nobody can see', { name: '\u200f\n' }, 'invalid_name'],
    ['a username with capitals', { username: 'Ada' }, 'invalid_username'],
    ['an empty username', { username: '' }, 'invalid_username'],
    ['a username of one letter', { username: 'a' }, 'invalid_username'],
    ['a title of 81 characters', { title: 'x'.repeat(81) }, 'invalid_title'],
    ['a script in place of a picture', { avatar_url: 'javascript:alert(1)' }, 'invalid_avatar_url'],
    ['a picture of no host', { avatar_url: 'https://' }, 'invalid_avatar_url'],
    [
      'an address of 2,049 characters',
      { avatar_url: `https://a.b/${'x'.repeat(2037)}` },
      'invalid_avatar_url',
    ],
    ['a list as custom data', { custom: [] }, 'invalid_custom'],
    ['custom data above 16 KB', { custom: { x: 'x'.repeat(16384) } }, 'invalid_custom'],
  ])('does not take %s', (_what, to, code) =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      const before = await profile(db, user);
      expect(await change(db, user, { title: 'Unchanged', ...to })).toBe(code);
      expect(await profile(db, user)).toEqual(before);
    }),
  );

  it.each(RESERVED)('does not take the username %s, also by hand', (username) =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      expect(await change(db, user, { username })).toBe('username_taken');
      const update = db.savepoint(
        (step) => step`update chat.profiles set username = ${username} where id = ${user}`,
      );
      expect(await refusal(update)).toBe('23514');
    }),
  );

  it.each(['Here', 'HERE', 'ｈｅｒｅ', 'her\u0435', 'here\u200b', ' here'])(
    'does not take the username %j',
    (username) =>
      rolledBack(async (db) => {
        expect(await change(db, await createUser(db), { username })).toBe('invalid_username');
      }),
  );

  it('takes no username of another, and keeps its own', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const taken = (await profile(db, bob))?.username as string;
      expect(await change(db, ada, { username: taken })).toBe('username_taken');
      expect(await change(db, bob, { username: taken })).toBeUndefined();
    }));

  it('of an account without an address signs in by its new username, and no other changes its address', () =>
    rolledBack(async (db) => {
      const [old, next] = [`u${randomUUID().slice(0, 8)}`, `u${randomUUID().slice(0, 8)}`];
      const [ada, bob] = [await createUser(db, { username: old }), await createUser(db)];
      await db`update auth.users set email = ${`${old}@users.confab.invalid`} where id = ${ada}`;
      expect(await change(db, ada, { username: next })).toBeUndefined();
      expect(await change(db, bob, { username: old })).toBeUndefined();
      const rows =
        await db`select id, email from auth.users where id in (${ada}, ${bob}) order by id = ${bob}`;
      expect(rows.map((row) => row.email)).toEqual([`${next}@users.confab.invalid`, `${bob}@example.com`]);
      await db`insert into auth.users (id, email) values (${randomUUID()}, ${`${old}x@users.confab.invalid`})`;
      expect(await change(db, ada, { username: `${old}x` })).toBe('username_taken');
    }));

  it.each(['email', 'email_change'])(
    "keeps the address of somebody else's username from Auth's %s",
    (column) =>
      rolledBack(async (db) => {
        const username = `u${randomUUID().slice(0, 8)}`;
        const ada = await createUser(db, { username });
        const to = (address: string) =>
          refusal(
            db.savepoint(
              (step) => step`update auth.users set ${step({ [column]: address })} where id = ${ada}`,
            ),
          );
        expect(await to(`${username}x@Users.confab.invalid`)).toBe('23001');
        expect(await to(`${username}@users.confab.invalid`)).toBeUndefined();
        expect(await to(`${username}@example.com`)).toBeUndefined();
      }),
  );
});

describe('the gate', () => {
  const session = async (db: Db) => {
    const user = await createUser(db);
    const id = randomUUID();
    await db`insert into auth.sessions (id, user_id) values (${id}, ${user})`;
    const gate = (claims: object = {}) =>
      refusal(
        asUser(db, user, (as) => as`select chat_private.request_gate()`, { session_id: id, ...claims }),
      );
    return { user, id, gate };
  };

  it('lets a live session through', () =>
    rolledBack(async (db) => {
      const { gate } = await session(db);
      expect(await gate()).toBeUndefined();
    }));

  it('refuses a token whose session has ended, belongs to another or is not named', () =>
    rolledBack(async (db) => {
      const { gate, id } = await session(db);
      expect(await gate({ session_id: undefined })).toBe('session_expired');
      expect(await gate({ sub: await createUser(db) })).toBe('session_expired');
      await db`delete from auth.sessions where id = ${id}`;
      expect(await gate()).toBe('session_expired');
    }));

  it('refuses a suspended and a deleted account', () =>
    rolledBack(async (db) => {
      const { gate, user } = await session(db);
      await db`update auth.users set banned_until = now() + interval '1 day' where id = ${user}`;
      expect(await gate()).toBe('account_suspended');
      await db`update auth.users set banned_until = null, deleted_at = now() where id = ${user}`;
      expect(await gate()).toBe('session_expired');
    }));

  it('asks for the second factor of an account that has one', () =>
    rolledBack(async (db) => {
      const { gate, user } = await session(db);
      await db`insert into auth.mfa_factors (id, user_id, factor_type, status, secret, created_at, updated_at)
               values (gen_random_uuid(), ${user}, 'totp', 'verified', 'x', now(), now())`;
      expect(await gate({ aal: 'aal1' })).toBe('second_factor_required');
      expect(await gate({ aal: 'aal2' })).toBeUndefined();
    }));
});
