/** How forgiving every route is with fields, and how plain about what it refuses. */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { PASSWORD, type Person, signUp, uniqueEmail } from '../helpers/people.ts';
import { call, expectError } from './api.ts';
import { channelOf, create, uniqueName } from './channels.ts';
import { codesTo } from './mailbox.ts';

afterAll(() => database.end());

const put = (person: Person, path: string, json: unknown) => call('PUT', path, { token: person.token, json });

describe.each([null, ''])('a field that may be left out and is %j', (nothing) => {
  it('is not there when somebody registers and signs in', async () => {
    const email = uniqueEmail();
    const account = { email, password: PASSWORD, name: 'Ada', phone: nothing };
    expect(await call('POST', '/api/auth/register', { json: account })).toMatchObject({
      status: 201,
      body: { user: { phone: null } },
    });
    const login = { email, password: PASSWORD, verificationCode: nothing };
    expectError(await call('POST', '/api/auth/login', { json: login }), 401, 'email_not_verified');
  });

  it('is not there when somebody changes the own account', async () => {
    const ada = await signUp('Ada');
    const preferences = { notifications: nothing, soundEnabled: nothing, timezone: nothing };
    for (const change of [{ name: nothing, preferences }, { preferences: nothing }]) {
      expect(await put(ada, '/api/users/profile', change)).toMatchObject({
        status: 200,
        body: { user: { name: 'Ada', preferences: { notifications: true, soundEnabled: true } } },
      });
    }
  });

  it('is not there when somebody makes a channel, changes it and adds to it', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const name = uniqueName();
    const { body } = await create(ada, { name, description: nothing, type: nothing, members: nothing });
    expect(body).toMatchObject({ channel: { name, type: 'public', memberCount: 1 } });
    const path = `/api/chat/channels/${body.channel.id}`;
    expect(await put(ada, path, { name: nothing, type: nothing, description: 'Hm' })).toMatchObject({
      status: 200,
      body: { channel: { name, type: 'public', description: 'Hm' } },
    });
    const members = await call('POST', `${path}/members`, {
      token: ada.token,
      json: { userIds: [bob.id], role: nothing },
    });
    expect(members).toMatchObject({ status: 200, body: { members: [{ userId: bob.id, role: 'member' }] } });
  });

  it('is not there when somebody sends a message, and its text is missed alone', async () => {
    const ada = await signUp('Ada');
    const path = `/api/chat/channels/${await channelOf(ada)}/messages/send`;
    const rest = { attachments: nothing, scheduledFor: nothing, parentMessageId: nothing, id: nothing };
    const send = (content: unknown) => call('POST', path, { token: ada.token, json: { content, ...rest } });
    expect(await send('Hi')).toMatchObject({ status: 201, body: { message: { content: 'Hi' } } });
    expectError(await send(nothing), 400, 'message_empty', 'content');
  });

  it('is not there when somebody changes the settings of notifications', async () => {
    const ada = await signUp('Ada');
    const channel = await channelOf(ada);
    const settings = {
      enabled: nothing,
      soundEnabled: nothing,
      channels: { [channel]: { enabled: nothing, mentions: 'all' } },
      dnd: { enabled: nothing, startTime: nothing, endTime: '07:00' },
    };
    expect(await put(ada, '/api/notifications/settings', settings)).toMatchObject({
      status: 200,
      body: {
        settings: {
          enabled: true,
          channels: { [channel]: { enabled: true, mentions: 'all' } },
          dnd: { endTime: '07:00' },
        },
      },
    });
    expect(await put(ada, '/api/notifications/settings', { channels: nothing, dnd: nothing })).toMatchObject({
      status: 200,
    });
  });
});

describe('blanks round an address or a code', () => {
  it('are what copying brought along', async () => {
    const email = uniqueEmail();
    const account = { email: ` ${email.toUpperCase()}\n`, password: PASSWORD, name: 'Ada' };
    expect(await call('POST', '/api/auth/register', { json: account })).toMatchObject({
      status: 201,
      body: { user: { email } },
    });
    const [code] = await codesTo(email);
    const proof = { email: `${email} `, code: ` ${code} ` };
    expect(await call('POST', '/api/auth/verify-email', { json: proof })).toMatchObject({ status: 200 });
    const login = { email: `\t${email}`, password: PASSWORD };
    expect(await call('POST', '/api/auth/login', { json: login })).toMatchObject({ status: 200 });
  });
});

describe('what is said of a wrong field names the rule', () => {
  it.each([
    ['missing', {}, 'name', 'is missing'],
    ['of another kind', { name: 5 }, 'name', 'must be a string'],
    ['too short', { name: 'A' }, 'name', 'must have at least 2 characters'],
    ['no address', { email: 'ada' }, 'email', 'must be an e-mail address'],
  ])('in a body, when it is %s', async (_how, json, field, message) => {
    const answer = await call<{ error: { details: unknown } }>('POST', '/api/auth/register', { json });
    expectError(answer, 400, 'invalid_input', field);
    expect(answer.body.error.details).toContainEqual({ field, message });
  });

  it.each([
    ['limit=0', 'must be at least 1'],
    ['limit=1.5', 'must be a whole number'],
    ['limit=ten', 'must be a number'],
    ['type=secret', 'must be one of public, private, all'],
  ])('in a query: %s', async (query, message) => {
    const { token } = await signUp();
    const answer = await call('GET', `/api/chat/channels?${query}`, { token });
    expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ message }] } } });
  });
});
