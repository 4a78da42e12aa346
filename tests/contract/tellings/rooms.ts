/** The stories in the words of document S2, whose people come to a room by what they say there. */
import { form, text } from '../uploads.ts';
import { type Actor, registerByUsername, speaker, type Telling } from './telling.ts';

export function rooms(mount: string): Telling {
  const ask = speaker(mount);
  const say = async (by: Actor, roomId: string, message: string) =>
    (await ask<{ id: string }>(by, 'POST', '/messages', { roomId, message })).id;
  return {
    kind: 'public',
    register: (name) => registerByUsername(ask, name, { register: '/auth/signup', login: '/auth/login' }),
    takeUsername: 'a username is for good',
    begin: async (by, name) => (await ask<{ id: string }>(by, 'POST', '/rooms', { name })).id,
    write: 'people write in rooms only',
    add: 'whoever says something in a room is in it',
    say,
    edit: 'what is said stays as it is',
    unsay: 'what is said stays',
    share: (by, place, name) =>
      ask(
        by,
        'POST',
        '/files/upload',
        form([
          ['roomId', place],
          ['file', text(), name],
        ]),
      ),
    async link(by, place, name) {
      const { url } = await ask<{ url: string }>(by, 'POST', '/files/upload', form([['file', text(), name]]));
      return say(by, place, `Look: ${url}`);
    },
    read: async (by, place) =>
      (await ask<{ content: string }[]>(by, 'GET', `/messages/${place}`)).map(({ content }) => content),
    mark: (by, place) => ask(by, 'GET', `/messages/${place}`),
    notify: 'there are no notifications',
    dismiss: 'there are no notifications',
    appear: 'who is connected is online',
    goAway: 'who is connected is online',
    type: 'who is connected is online',
    leave: 'people leave by their socket',
    remove: 'nobody is removed',
    signOut: (by) => ask(by, 'GET', '/auth/logout'),
    suspend: 'nobody is shut out',
    close: 'an account is for good',
    end: 'a room is for good',
  };
}
