/** A lunch that is talked about in a group, channel or room that Ada has made, with Cleo where people are added. */
import { add, change, closeAda, go, messageOf, say } from './changes.ts';
import { type Step, step } from './story.ts';

const HELLO = 'Here I am';

export const bobReads = step(
  'Bob reads',
  'mark',
  (act, { bob, place }) => act(bob, place),
  (rows) => {
    const { length } = rows.messages;
    rows.read.Bob = [length, length];
    for (const notice of rows.notifications.Bob ?? []) notice.isRead = true;
  },
);

export const lunch: Step[] = [
  step(
    'Ada adds Bob',
    'add',
    (act, { ada, place, bob }) => act(ada, place, bob),
    (rows) => add(rows, 'Bob'),
  ),
  step(
    'Bob says something',
    'say',
    async (act, { bob, place, ids }) => {
      ids[HELLO] = await act(bob, place, HELLO);
    },
    (rows) => say(rows, 'Bob', HELLO),
  ),
  step(
    'Cleo says something',
    'say',
    async (act, { cleo, place, ids }) => {
      ids.Wrong = await act(cleo, place, 'Wrong');
    },
    (rows) => say(rows, 'Cleo', 'Wrong'),
  ),
  step(
    'Ada mentions Bob',
    'say',
    (act, { ada, bob, place }) => act(ada, place, `@<${bob.id}> soup today?`),
    (rows) => say(rows, 'Ada', '@<Bob> soup today?', { mentions: ['Bob'] }),
  ),
  step(
    'Bob says it better',
    'edit',
    (act, { bob, place, ids }) => act(bob, place, ids[HELLO] ?? '', 'Here I am, hungry'),
    (rows) => change(rows, HELLO, 'Here I am, hungry'),
  ),
  step(
    'Cleo takes it back',
    'unsay',
    (act, { cleo, place, ids }) => act(cleo, place, ids.Wrong ?? ''),
    (rows) => {
      messageOf(rows, 'Wrong').deletedBy = 'Cleo';
      change(rows, 'Wrong', '');
    },
  ),
  step(
    'Ada sends the menu',
    'share',
    (act, { ada, place }) => act(ada, place, 'menu.txt'),
    (rows) => say(rows, 'Ada', '', { files: ['menu.txt'] }),
  ),
  step(
    'Ada gives the address of a plan',
    'link',
    (act, { ada, place }) => act(ada, place, 'plan.txt'),
    (rows) => say(rows, 'Ada', 'Look: address', { files: ['plan.txt'] }),
  ),
  step(
    'Bob dismisses a notification',
    'dismiss',
    (act, { bob }) => act(bob),
    ({ notifications }) => Object.assign(notifications.Bob?.at(-1) ?? {}, { isRead: true }),
  ),
  bobReads,
  step(
    'Ada notifies Bob',
    'notify',
    (act, { ada, bob }) => act(ada, bob, 'Lunch is ready'),
    ({ notifications }) =>
      notifications.Bob?.push({ type: 'message', by: 'Ada', text: 'Lunch is ready', isRead: false }),
  ),
  step(
    'Cleo hides',
    'appear',
    (act, { cleo }) => act(cleo, 'offline'),
    ({ presence }) => Object.assign(presence, { Cleo: 'offline, chosen' }),
  ),
  step(
    'Ada goes away',
    'goAway',
    (act, { ada }) => act(ada),
    ({ presence }) => Object.assign(presence, { Ada: 'away, chosen' }),
  ),
  step(
    'Ada types',
    'type',
    (act, { ada }) => act(ada),
    ({ presence }) => Object.assign(presence, { Ada: 'online, typing' }),
  ),
  step(
    'Ada is back',
    'appear',
    (act, { ada }) => act(ada, 'online'),
    ({ presence }) => Object.assign(presence, { Ada: 'online' }),
  ),
  step(
    'Bob leaves',
    'leave',
    (act, { bob, place }) => act(bob, place),
    (rows) => go(rows, 'Bob'),
  ),
  step(
    'Ada takes Cleo out',
    'remove',
    (act, { ada, cleo, place }) => act(ada, place, cleo),
    (rows) => go(rows, 'Cleo'),
  ),
  step(
    'Ada adds Cleo again',
    'add',
    (act, { ada, place, cleo }) => act(ada, place, cleo),
    (rows) => {
      if (!rows.members.Cleo) add(rows, 'Cleo');
    },
  ),
  step(
    'Bob takes another username',
    'takeUsername',
    (act, { bob }) => act(bob, `b${bob.id.slice(0, 18)}`),
    () => undefined,
  ),
  step(
    'Bob is shut out',
    'suspend',
    (act, { root, bob }) => act(root, bob, 'Spam'),
    (rows) => {
      rows.accounts.Bob = 'user, with a password, Spam';
      delete rows.sessions.Bob;
      rows.presence.Bob = 'offline';
    },
  ),
  step(
    'Ada deletes her account',
    'close',
    (act, { ada, root }) => act(ada, root),
    (rows) => {
      closeAda(rows);
      // Who was there first of those who are left.
      rows.members.Cleo = 'admin';
      rows.channel.createdBy = null;
    },
  ),
  step(
    'Cleo ends it',
    'end',
    (act, { cleo, place }) => act(cleo, place),
    (rows) => {
      rows.channel.isThere = false;
      for (const who of Object.keys(rows.members)) go(rows, who);
    },
  ),
  step(
    'Cleo signs out',
    'signOut',
    (act, { cleo }) => act(cleo),
    ({ sessions, presence }) => {
      sessions.Cleo = 1;
      // Who hides stays hidden.
      if (presence.Cleo === 'online') presence.Cleo = 'offline';
    },
  ),
];
