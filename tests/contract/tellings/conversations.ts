/** The stories in the words of document S4 and of what is added to it. */
import { idsOf, registerByUsername, speaker, type Telling } from './telling.ts';

export function conversations(mount: string): Telling {
  const ask = speaker(mount);
  const pathOf = (place: string) => `/conversations/${place}`;
  const say = async (by: { token: string }, place: string, content: string) =>
    (await ask<{ id: string }>(by, 'POST', `${pathOf(place)}/message`, { content })).id;
  const begin = async (by: { id: string; token: string }, json: object) =>
    (await ask<{ id: string }>(by, 'POST', '/conversations', json)).id;
  const read = (by: { token: string }, place: string) =>
    ask<{ messages: { content: string }[] }>(by, 'GET', pathOf(place));
  return {
    kind: 'group',
    register: (name) => registerByUsername(ask, name, { register: '/register', login: '/login' }),
    takeUsername: (by, username) => ask(by, 'PUT', `/users/${by.id}`, { username }),
    begin: (by, name, others) => begin(by, { name, participants: idsOf(others) }),
    async write(by, to, text) {
      const place = await begin(by, { participants: [to.id] });
      return { place, id: await say(by, place, text) };
    },
    add: (by, place, { id }) => ask(by, 'PUT', pathOf(place), { participants: [id] }),
    say,
    edit: (by, place, id, content) => ask(by, 'PUT', `${pathOf(place)}/message/${id}`, { content }),
    unsay: (by, place, id) => ask(by, 'DELETE', `${pathOf(place)}/message/${id}`),
    share: 'there are no files',
    link: 'there are no files',
    read: async (by, place) => (await read(by, place)).messages.map(({ content }) => content),
    mark: read,
    notify: 'what happens notifies people',
    dismiss: 'notifications come by push',
    appear: 'who calls is online',
    goAway: 'who calls is online',
    type: 'who calls is online',
    leave: 'nobody leaves',
    remove: 'nobody is removed',
    signOut: (by) => ask(by, 'POST', '/logout'),
    suspend: 'nobody is shut out',
    close: (by) => ask(by, 'DELETE', `/users/${by.id}`),
    end: (by, place) => ask(by, 'DELETE', pathOf(place)),
  };
}
