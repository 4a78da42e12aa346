/** A lunch that is planned in a chatroom. */
import type { Chapter } from '../story.ts';

const API = '/chatrooms/api';
const ROOM = `${API}/chatrooms/{{chatroomId}}`;
const login = { password: '{{password}}' };

export const chatrooms: Chapter[] = [
  {
    name: 'Accounts',
    steps: [
      {
        name: 'Ada registers',
        request: `POST ${API}/users/register`,
        body: { ...login, username: '{{username}}', email: '{{email}}' },
        save: { userId: 'id' },
      },
      {
        name: 'Bob registers',
        request: `POST ${API}/users/register`,
        body: { ...login, username: '{{username}}.bob', email: 'bob-{{email}}' },
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
      { name: 'She finds him', request: `GET ${API}/search/users?q={{username}}.bob`, as: 'token' },
      { name: 'She looks at him', request: `GET ${API}/users/{{bobId}}`, as: 'token' },
      {
        name: 'She is away',
        request: `PUT ${API}/users/{{userId}}/status`,
        as: 'token',
        body: { status: 'away' },
      },
    ],
  },
  {
    name: 'A chatroom',
    steps: [
      {
        name: 'She makes one',
        request: `POST ${API}/chatrooms`,
        as: 'token',
        body: { name: 'Lunch', members: [] },
        save: { chatroomId: 'id' },
      },
      { name: 'She adds him', request: `POST ${ROOM}/members`, as: 'token', body: { userId: '{{bobId}}' } },
      { name: 'His chatrooms', request: `GET ${API}/chatrooms`, as: 'bobToken' },
      {
        name: 'She says something',
        request: `POST ${API}/messages`,
        as: 'token',
        body: { chatroomId: '{{chatroomId}}', sender: '{{username}}', message: 'Soup today' },
        save: { messageId: 'id' },
      },
      {
        name: 'She corrects it',
        request: `PUT ${API}/messages/{{messageId}}`,
        as: 'token',
        body: { message: 'Salad today' },
      },
      { name: 'He reads it', request: `GET ${ROOM}/messages`, as: 'bobToken' },
      { name: 'He finds it', request: `GET ${API}/search/messages?q=salad`, as: 'bobToken' },
      {
        name: 'She sends the menu',
        request: `POST ${API}/files`,
        as: 'token',
        form: { file: '@docs/screenshot.png', chatroomId: '{{chatroomId}}' },
      },
      { name: 'He sees its files', request: `GET ${ROOM}/files`, as: 'bobToken' },
      {
        name: 'What he was told',
        request: `GET ${API}/notifications`,
        as: 'bobToken',
        save: { notificationId: '[0].id' },
      },
      { name: 'He has read it', request: `PUT ${API}/notifications/{{notificationId}}`, as: 'bobToken' },
      { name: 'She takes it back', request: `DELETE ${API}/messages/{{messageId}}`, as: 'token' },
    ],
  },
  {
    name: 'Administration',
    steps: [
      { name: 'Figures', request: `GET ${API}/admin/stats`, as: 'adminToken' },
      {
        name: 'Bob is banned',
        request: `POST ${API}/admin/ban`,
        as: 'adminToken',
        body: { userId: '{{bobId}}', reason: 'An example' },
      },
      {
        name: 'He signs in no more',
        request: `POST ${API}/users/login`,
        body: { ...login, username: '{{username}}.bob' },
        status: 403,
      },
    ],
  },
];
