/** The stories in the words of document S3. */
import { PASSWORD, uniqueEmail } from '../../helpers/people.ts';
import { codesTo } from '../mailbox.ts';
import { type Attachment, form, text } from '../uploads.ts';
import { type Actor, idsOf, speaker, type Telling } from './telling.ts';

const ask = speaker('/api');

const pathOf = (place: string) => `/chat/channels/${place}`;

async function send(by: Actor, place: string, json: object): Promise<string> {
  const path = `${pathOf(place)}/messages/send`;
  return (await ask<{ message: { id: string } }>(by, 'POST', path, json)).message.id;
}

async function upload(by: Actor, name: string): Promise<Attachment> {
  const { attachments } = await ask<{ attachments: [Attachment] }>(
    by,
    'POST',
    '/upload',
    form([['files', text(), name]]),
  );
  return attachments[0];
}

const read = (by: Actor, place: string) =>
  ask<{ messages: { content: string }[] }>(by, 'GET', `${pathOf(place)}/messages`);

export const connectbest: Telling = {
  kind: 'private',
  async register(name) {
    const login = { email: uniqueEmail(name), password: PASSWORD };
    await ask(undefined, 'POST', '/auth/register', { ...login, name });
    const [code] = await codesTo(login.email);
    await ask(undefined, 'POST', '/auth/verify-email', { email: login.email, code });
    const { token, user } = await ask<{ token: string; user: { id: string } }>(
      undefined,
      'POST',
      '/auth/login',
      login,
    );
    return { id: user.id, name, token };
  },
  takeUsername: 'people have names, which need not be their own',
  async begin(by, name, others) {
    const json = { name, type: 'private', members: idsOf(others) };
    return (await ask<{ channel: { id: string } }>(by, 'POST', '/chat/channels', json)).channel.id;
  },
  async write(by, to, content) {
    const { dm } = await ask<{ dm: { id: string } }>(by, 'POST', '/dms', { userId: to.id });
    return { place: dm.id, id: await send(by, dm.id, { content }) };
  },
  add: (by, place, { id }) => ask(by, 'POST', `${pathOf(place)}/members`, { userIds: [id] }),
  say: (by, place, content) => send(by, place, { content }),
  edit: (by, place, id, content) => ask(by, 'PUT', `${pathOf(place)}/messages/${id}`, { content }),
  unsay: (by, place, id) => ask(by, 'DELETE', `${pathOf(place)}/messages/${id}`),
  share: async (by, place, name) => send(by, place, { attachments: [(await upload(by, name)).id] }),
  link: async (by, place, name) => send(by, place, { content: `Look: ${(await upload(by, name)).url}` }),
  read: async (by, place) => (await read(by, place)).messages.map(({ content }) => content).reverse(),
  mark: read,
  notify: 'what happens notifies people',
  async dismiss(by) {
    const { notifications } = await ask<{ notifications: { id: string }[] }>(by, 'GET', '/notifications');
    const notificationIds = notifications.slice(0, 1).map(({ id }) => id);
    return ask(by, 'PUT', '/notifications/read', { notificationIds });
  },
  appear: (by, status) => ask(by, 'PUT', '/users/status', { status }),
  goAway: (by) => ask(by, 'PUT', '/users/status', { status: 'away' }),
  type: 'people type in a channel, by WebSocket',
  leave: (by, place) => ask(by, 'DELETE', `${pathOf(place)}/members/${by.id}`),
  remove: (by, place, { id }) => ask(by, 'DELETE', `${pathOf(place)}/members/${id}`),
  signOut: (by) => ask(by, 'POST', '/auth/logout'),
  suspend: (root, { id }, reason) => ask(root, 'POST', `/admin/users/${id}/suspend`, { reason }),
  close: ({ id }, root) => ask(root, 'DELETE', `/admin/users/${id}`),
  end: (by, place) => ask(by, 'DELETE', pathOf(place)),
};
