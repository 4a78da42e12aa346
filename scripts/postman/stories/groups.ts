/** A group and a channel, and somebody who comes and goes. */
import type { Chapter } from '../story.ts';

const API = '/groups/api';
const login = { password: '{{password}}' };

/** Groups and channels have the same endpoints. */
const place = (noun: 'group' | 'channel'): Chapter => ({
  name: `A ${noun}`,
  steps: [
    {
      name: `She makes a ${noun}`,
      request: `POST ${API}/${noun}s`,
      as: 'token',
      body: { name: 'Lunch', members: ['{{bobId}}'] },
      save: { placeId: 'id' },
    },
    {
      name: 'Bob goes',
      request: `PUT ${API}/${noun}s/{{placeId}}/members`,
      as: 'token',
      body: { memberId: '{{bobId}}' },
    },
    {
      name: 'Bob comes back',
      request: `PUT ${API}/${noun}s/{{placeId}}/members`,
      as: 'token',
      body: { memberId: '{{bobId}}' },
    },
    { name: `Bob's ${noun}s`, request: `GET ${API}/${noun}s`, as: 'bobToken' },
    { name: 'He looks at it', request: `GET ${API}/${noun}s/{{placeId}}`, as: 'bobToken' },
    {
      name: 'She says something',
      request: `POST ${API}/messages`,
      as: 'token',
      body: { senderId: '{{userId}}', receiverId: '{{placeId}}', content: 'Soup today' },
      save: { messageId: 'id' },
    },
    { name: 'He reads it', request: `GET ${API}/messages/{{placeId}}`, as: 'bobToken' },
    { name: 'She takes it back', request: `DELETE ${API}/messages/{{messageId}}`, as: 'token' },
  ],
});

export const groups: Chapter[] = [
  {
    name: 'Accounts',
    steps: [
      {
        name: 'Ada registers',
        request: `POST ${API}/users/register`,
        body: { ...login, username: '{{username}}' },
        save: { userId: 'id' },
      },
      {
        name: 'Bob registers',
        request: `POST ${API}/users/register`,
        body: { ...login, username: '{{username}}.bob' },
        save: { bobId: 'id' },
      },
      {
        name: 'She signs in',
        request: `POST ${API}/users/login`,
        body: { ...login, username: '{{username}}' },
        save: { token: 'token' },
      },
      {
        name: 'He signs in',
        request: `POST ${API}/users/login`,
        body: { ...login, username: '{{username}}.bob' },
        save: { bobToken: 'token' },
      },
      {
        name: 'She wants another name',
        request: `PUT ${API}/users/{{userId}}`,
        as: 'token',
        body: { username: '{{username}}.2' },
      },
      { name: 'He looks at her', request: `GET ${API}/users/{{userId}}`, as: 'bobToken' },
    ],
  },
  place('group'),
  place('channel'),
  {
    name: 'One to one',
    steps: [
      {
        name: 'She writes to Bob',
        request: `POST ${API}/messages`,
        as: 'token',
        body: { senderId: '{{userId}}', receiverId: '{{bobId}}', content: 'Are you coming?' },
      },
      { name: 'He reads what she wrote', request: `GET ${API}/messages/{{userId}}`, as: 'bobToken' },
      {
        name: 'He plays',
        request: `PUT ${API}/status`,
        as: 'bobToken',
        body: { userId: '{{bobId}}', status: 'playing' },
      },
      { name: 'She sees that', request: `GET ${API}/status/{{bobId}}`, as: 'token' },
      {
        name: 'She notifies him',
        request: `POST ${API}/notifications`,
        as: 'token',
        body: { userId: '{{bobId}}', message: 'Lunch is ready' },
      },
      { name: 'What he was told', request: `GET ${API}/notifications`, as: 'bobToken' },
      { name: 'His account goes', request: `DELETE ${API}/users/{{bobId}}`, as: 'bobToken' },
    ],
  },
];
