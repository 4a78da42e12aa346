/** The stories in the words of document S0. */
import { uniqueEmail } from '../../helpers/people.ts';
import { form, text } from '../uploads.ts';
import { type Actor, idsOf, registerByUsername, speaker, type Telling } from './telling.ts';

export function chatrooms(mount: string): Telling {
  const ask = speaker(mount);
  const say = async (by: Actor, chatroomId: string, message: string) =>
    (await ask<{ id: string }>(by, 'POST', '/messages', { chatroomId, sender: by.id, message })).id;
  return {
    kind: 'group',
    register: (name) =>
      registerByUsername(
        ask,
        name,
        { register: '/users/register', login: '/users/login' },
        { email: uniqueEmail(name) },
      ),
    takeUsername: 'a username is for good',
    begin: async (by, name, others) =>
      (await ask<{ id: string }>(by, 'POST', '/chatrooms', { name, members: idsOf(others) })).id,
    write: 'people write in chatrooms only',
    add: (by, place, { id }) => ask(by, 'POST', `/chatrooms/${place}/members`, { userId: id }),
    say,
    edit: (by, _place, id, message) => ask(by, 'PUT', `/messages/${id}`, { message }),
    unsay: (by, _place, id) => ask(by, 'DELETE', `/messages/${id}`),
    share: (by, place, name) =>
      ask(
        by,
        'POST',
        '/files',
        form([
          ['chatroomId', place],
          ['file', text(), name],
        ]),
      ),
    async link(by, place, name) {
      const { url } = await ask<{ url: string }>(by, 'POST', '/files', form([['file', text(), name]]));
      return say(by, place, `Look: ${url}`);
    },
    read: async (by, place) =>
      (await ask<{ message: string }[]>(by, 'GET', `/chatrooms/${place}/messages`)).map(
        ({ message }) => message,
      ),
    mark: (by, place) => ask(by, 'GET', `/chatrooms/${place}/messages`),
    notify: 'what happens notifies people',
    async dismiss(by) {
      // Below /api the list is ConnectBest's.
      const list = await ask<Listed[] | { notifications: Listed[] }>(by, 'GET', '/notifications');
      const [newest] = Array.isArray(list) ? list : list.notifications;
      return ask(by, 'PUT', `/notifications/${newest?.id}`);
    },
    appear: (by, status) => ask(by, 'PUT', `/users/${by.id}/status`, { status }),
    goAway: (by) => ask(by, 'PUT', `/users/${by.id}/status`, { status: 'away' }),
    type: 'online, offline and away are all that one can be',
    leave: 'nobody leaves',
    remove: 'nobody is removed',
    signOut: 'a token ends by its age',
    suspend: (root, { id }, reason) => ask(root, 'POST', '/admin/ban', { userId: id, reason }),
    close: 'an account is for good',
    end: 'a chatroom is for good',
  };
}

interface Listed {
  id: string;
}
