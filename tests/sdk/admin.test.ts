/** chat.admin with the real backend. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';

afterEach(closeChats);
afterAll(() => database.end());

async function joinAdmin() {
  const root = await joinChat('Root');
  await database`update chat.accounts set role = 'admin' where user_id = ${root.id}`;
  return root;
}

const code = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    ({ code }: { code: string }) => code,
  );

describe('chat.admin', () => {
  it('suspends somebody, finds them among the suspended, and lets them in again', async () => {
    const [root, ada] = await Promise.all([joinAdmin(), joinChat('Ada')]);
    const { admin } = root.chat;
    await admin.suspend(ada.id, 'spam');
    expect(await code(ada.chat.channels.create({ slug: 'not-to-be' }))).toBe('account_suspended');

    const { email = '' } =
      (await database`select email from chat.accounts where user_id = ${ada.id}`)[0] ?? {};
    const [found] = await admin.users({ query: email, isSuspended: true });
    expect(found).toMatchObject({ id: ada.id, name: 'Ada', suspension: { reason: 'spam', by: root.id } });
    expect(found?.suspension?.at).toBeInstanceOf(Date);
    await admin.activate(ada.id);
    expect(await admin.users({ query: email, isSuspended: true })).toEqual([]);

    const log = await admin.auditLog({ targetId: ada.id });
    expect(log.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['user.activated', root.id],
      ['user.suspended', root.id],
    ]);
    expect(await admin.auditLog({ targetId: ada.id, limit: 1 })).toEqual(log.slice(0, 1));
    expect(await admin.auditLog({ targetId: ada.id, ...(log[0] && { before: log[0] }) })).toEqual(
      log.slice(1),
    );
    expect((await admin.authLog(ada.id)).map(({ event }) => event)).toEqual([
      'session_ended',
      'signed_in',
      'signed_up',
    ]);
  });

  it('deletes an account, and tells how many there are', async () => {
    const [root, ada] = await Promise.all([joinAdmin(), joinChat('Ada')]);
    await root.chat.admin.deleteUser(ada.id);
    expect(await code(root.chat.admin.deleteUser(ada.id))).toBe('user_not_found');
    expect(await root.chat.users.get(ada.id)).toMatchObject({ name: 'Deleted user' });
    const stats = await root.chat.admin.stats();
    expect(stats.countedAt).toBeInstanceOf(Date);
    expect(stats.users).toBeGreaterThan(0);
    expect(stats.storageLimitBytes).toBe(107374182400);
  });

  it('makes another admin, who can do the same', async () => {
    const [root, ada] = await Promise.all([joinAdmin(), joinChat('Ada')]);
    expect(await code(ada.chat.admin.setRole(root.id, 'user'))).toBe('not_an_admin');
    await root.chat.admin.setRole(ada.id, 'admin');
    await ada.chat.admin.setRole(root.id, 'user');
    expect(await code(root.chat.admin.users())).toBe('not_an_admin');
    expect(await ada.chat.users.me()).toMatchObject({ role: 'admin' });
  });

  it('lists accounts by username, page by page', async () => {
    const root = await joinAdmin();
    const [one, two] = [await joinChat('Zyx Wvu'), await joinChat('Zyx Wvu')];
    const [first] = await root.chat.admin.users({ query: 'zyx w', limit: 1 });
    if (!first) throw new Error('unable to go on; nobody was found');
    const rest = await root.chat.admin.users({ query: 'zyx w', after: first });
    expect([first, ...rest].map(({ id }) => id)).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(rest.map(({ username }) => username > first.username)).not.toContain(false);
  });

  it('makes keys and revokes them, and changes settings', async () => {
    const { admin } = (await joinAdmin()).chat;
    const { id, secret } = await admin.apiKeys.create('Importer', { scopes: ['read'] });
    const [key] = await admin.apiKeys.list({ limit: 1 });
    expect(key).toMatchObject({ id, name: 'Importer', scopes: ['read'], revokedAt: null, expiresAt: null });
    expect(secret.startsWith(key?.prefix ?? '?')).toBe(true);
    await admin.apiKeys.revoke(id);
    expect((await admin.apiKeys.list({ limit: 1 }))[0]?.revokedAt).toBeInstanceOf(Date);

    const setting = (await admin.settings.list()).find(({ name }) => name === 'max_pins');
    expect(setting).toMatchObject({ defaultValue: 10, minimum: 1 });
    expect(await admin.settings.set('max_pins', setting?.value)).toEqual(setting);
    expect(await code(admin.settings.set('max_pins', 0))).toBe('invalid_setting');
  });
});
