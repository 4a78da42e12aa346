/** How people are, in document S1: S1-4.1 and 4.2. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { signUp } from '../../helpers/people.ts';
import { call, expectError } from '../api.ts';
import { ruleOf, useUp } from '../buckets.ts';
import { ask, join, type Member } from './people.ts';

afterAll(() => database.end());

const set = (person: Member | undefined, status: unknown, userId = person?.id) =>
  ask('PUT', '/status', person, { userId, status });
const statusOf = (person: Member | undefined, userId: string) => ask('GET', `/status/${userId}`, person);

describe('PUT /api/status', () => {
  it.each(['online', 'offline', 'typing', 'playing'])('success: 200 for %s', async (status) => {
    const [ada, bob] = [await join(), await join('bob')];
    expect(await set(ada, status)).toMatchObject({
      status: 200,
      body: { message: 'Status updated', userId: ada.id, status },
    });
    expect(await statusOf(bob, ada.id)).toMatchObject({ status: 200, body: { userId: ada.id, status } });
  });

  it.each([
    ['no userId', { status: 'online' }, 'userId'],
    ['no status', { userId: randomUUID() }, 'status'],
    ['a status of another document', { userId: randomUUID(), status: 'busy' }, 'status'],
  ])('error: 400 for %s', async (_name, json, field) => {
    expectError(await ask('PUT', '/status', await join(), json), 400, 'invalid_input', field);
  });

  it('error: 400 naming userId for an id of nobody', async () => {
    expectError(await set(await join(), 'online', randomUUID()), 400, 'user_not_found', 'userId');
  });

  it('permission: 401 without a token, 403 for somebody else', async () => {
    const [ada, bob] = [await join(), await join('bob')];
    expectError(await set(undefined, 'online', ada.id), 401, 'not_signed_in');
    expectError(await set(bob, 'playing', ada.id), 403, 'not_yourself');
  });

  it('limit: 429 after sixty changes in five minutes', async () => {
    const ada = await join();
    await set(ada, 'playing');
    expect(await ruleOf('set_presence')).toEqual([{ burst: 60, period: '00:05:00' }]);
    await useUp('set_presence', ada);
    expectError(await set(ada, 'typing'), 429, 'rate_limited');
  });

  it('effect: ConnectBest sees somebody who is online', async () => {
    const [ada, bob] = [await join(), await signUp('Bob')];
    await set(ada, 'playing');
    expect(await call('GET', `/api/users/${ada.id}`, { token: bob.token })).toMatchObject({
      body: { user: { status: 'online' } },
    });
  });
});

describe('GET /api/status/:userId', () => {
  it('success: 200 with offline for who was never there, and online for the busy', async () => {
    const [ada, bob] = [await join(), await signUp('Bob')];
    expect(await statusOf(ada, bob.id)).toMatchObject({ body: { userId: bob.id, status: 'offline' } });
    await bob.supabase.rpc('set_presence', { status: 'busy' }).throwOnError();
    expect(await statusOf(ada, bob.id)).toMatchObject({ body: { userId: bob.id, status: 'online' } });
  });

  it('error: 404 for an id of nobody', async () => {
    expectError(await statusOf(await join(), randomUUID()), 404, 'user_not_found');
  });

  it('permission: 401 without a token', async () => {
    expectError(await statusOf(undefined, randomUUID()), 401, 'not_signed_in');
  });
});
