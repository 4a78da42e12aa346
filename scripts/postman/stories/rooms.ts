/** A room that anybody reads, without an account. */
import type { Chapter } from '../story.ts';

const API = '/rooms/api';
const login = { username: '{{username}}', password: '{{password}}' };

export const rooms: Chapter[] = [
  {
    name: 'An account',
    steps: [
      { name: 'Ada signs up', request: `POST ${API}/auth/signup`, body: login, save: { userId: 'user.id' } },
      { name: 'She signs in', request: `POST ${API}/auth/login`, body: login, save: { token: 'token' } },
    ],
  },
  {
    name: 'A room',
    steps: [
      {
        name: 'She makes one',
        request: `POST ${API}/rooms`,
        as: 'token',
        body: { name: 'Lunch', description: 'Where to eat' },
        save: { roomId: 'id' },
      },
      {
        name: 'She says something',
        request: `POST ${API}/messages`,
        as: 'token',
        body: { roomId: '{{roomId}}', message: 'Soup today' },
      },
      {
        name: 'She sends the menu',
        request: `POST ${API}/files/upload`,
        as: 'token',
        form: { file: '@docs/screenshot.png', roomId: '{{roomId}}' },
        save: { fileId: 'id' },
      },
      { name: 'Anybody sees which rooms there are', request: `GET ${API}/rooms` },
      { name: 'Anybody looks into it', request: `GET ${API}/rooms/{{roomId}}` },
      { name: 'Anybody reads it', request: `GET ${API}/messages/{{roomId}}` },
      { name: 'Anybody sees its files', request: `GET ${API}/files` },
      { name: 'Anybody opens the menu', request: `GET ${API}/files/{{fileId}}` },
      { name: 'She signs out', request: `GET ${API}/auth/logout`, as: 'token' },
      { name: 'Her token is worth nothing', request: `GET ${API}/auth/logout`, as: 'token', status: 401 },
    ],
  },
];
