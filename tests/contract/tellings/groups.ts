/** The stories in the words of document S1, which has groups and channels with the same endpoints. */
import { idsOf, registerByUsername, speaker, type Telling } from './telling.ts';

export function groups(mount: string, noun: 'groups' | 'channels' = 'groups'): Telling {
  const ask = speaker(mount);
  const toggle = (by: { token: string }, place: string, who: { id: string }) =>
    ask(by, 'PUT', `/${noun}/${place}/members`, { memberId: who.id });
  const say = (by: { id: string; token: string }, receiverId: string, content: string) =>
    ask<{ id: string; conversationId: string }>(by, 'POST', '/messages', {
      senderId: by.id,
      receiverId,
      content,
    });
  return {
    kind: noun === 'groups' ? 'group' : 'private',
    register: (name) => registerByUsername(ask, name, { register: '/users/register', login: '/users/login' }),
    takeUsername: (by, username) => ask(by, 'PUT', `/users/${by.id}`, { username }),
    begin: async (by, name, others) =>
      (await ask<{ id: string }>(by, 'POST', `/${noun}`, { name, members: idsOf(others) })).id,
    async write(by, to, text) {
      const { id, conversationId } = await say(by, to.id, text);
      return { id, place: conversationId };
    },
    add: toggle,
    say: async (by, place, text) => (await say(by, place, text)).id,
    edit: 'what is said stays as it is',
    unsay: (by, _place, id) => ask(by, 'DELETE', `/messages/${id}`),
    share: 'there are no files',
    link: 'there are no files',
    read: async (by, place) =>
      (await ask<{ content: string }[]>(by, 'GET', `/messages/${place}`)).map(({ content }) => content),
    mark: (by, place) => ask(by, 'GET', `/messages/${place}`),
    notify: (by, { id }, message) => ask(by, 'POST', '/notifications', { userId: id, message }),
    dismiss: 'notifications are listed only',
    appear: (by, status) => ask(by, 'PUT', '/status', { userId: by.id, status }),
    goAway: 'online, offline, typing and playing are all that one can be',
    type: (by) => ask(by, 'PUT', '/status', { userId: by.id, status: 'typing' }),
    leave: (by, place) => toggle(by, place, by),
    remove: toggle,
    signOut: 'a token ends by its age',
    suspend: 'nobody is shut out',
    close: (by) => ask(by, 'DELETE', `/users/${by.id}`),
    end: 'a group ends when its last member leaves',
  };
}
