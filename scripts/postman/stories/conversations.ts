/** Two people who talk, and one of them waits for the other. */
import type { Chapter } from '../story.ts';

const API = '/conversations';
const TALK = `${API}/conversations/{{conversationId}}`;
const login = { password: '{{password}}' };

export const conversations: Chapter[] = [
  {
    name: 'Users',
    steps: [
      {
        name: 'Ada registers',
        request: `POST ${API}/register`,
        body: { ...login, username: '{{username}}' },
        save: { userId: 'id' },
      },
      {
        name: 'Bob registers',
        request: `POST ${API}/register`,
        body: { ...login, username: '{{username}}.bob' },
        save: { bobId: 'id' },
      },
      {
        name: 'She signs in',
        request: `POST ${API}/login`,
        body: { ...login, username: '{{username}}' },
        save: { token: 'token' },
      },
      {
        name: 'He signs in',
        request: `POST ${API}/login`,
        body: { ...login, username: '{{username}}.bob' },
        save: { bobToken: 'token' },
      },
      { name: 'Who is there', request: `GET ${API}/users`, as: 'token' },
      { name: 'She looks at him', request: `GET ${API}/users/{{bobId}}`, as: 'token' },
      {
        name: 'She shows a picture',
        request: `PUT ${API}/users/{{userId}}`,
        as: 'token',
        body: { profilePicture: 'https://chat.example.com/ada.png' },
      },
    ],
  },
  {
    name: 'A conversation',
    steps: [
      {
        name: 'She begins one',
        request: `POST ${API}/conversations`,
        as: 'token',
        body: { participants: ['{{bobId}}'] },
        status: 201,
        save: { conversationId: 'id' },
      },
      {
        name: 'It is the same one from then on',
        request: `POST ${API}/conversations`,
        as: 'bobToken',
        body: { participants: ['{{userId}}'] },
        status: 200,
      },
      {
        name: 'She says something',
        request: `POST ${TALK}/message`,
        as: 'token',
        body: { content: 'Soup today?' },
        save: { messageId: 'id' },
      },
      { name: 'He waits for it', request: `GET ${TALK}?after=0&wait=1`, as: 'bobToken' },
      {
        name: 'She corrects it',
        request: `PUT ${TALK}/message/{{messageId}}`,
        as: 'token',
        body: { content: 'Salad today?' },
      },
      { name: 'He reads it', request: `GET ${TALK}`, as: 'bobToken' },
      { name: 'His conversations', request: `GET ${API}/conversations`, as: 'bobToken' },
      { name: 'She takes it back', request: `DELETE ${TALK}/message/{{messageId}}`, as: 'token' },
      { name: 'She signs out', request: `POST ${API}/logout`, as: 'token' },
      { name: 'His account goes', request: `DELETE ${API}/users/{{bobId}}`, as: 'bobToken' },
    ],
  },
];
