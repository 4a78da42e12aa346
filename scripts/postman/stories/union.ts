/** Three people who speak five languages below one prefix, and read each other's words. */
import type { Chapter } from '../story.ts';

const login = { password: '{{password}}' };

export const union: Chapter[] = [
  {
    name: 'Accounts',
    steps: [
      {
        name: 'Ada registers, as Chatrooms has it',
        speaks: 'chatrooms',
        request: 'POST /api/users/register',
        body: { ...login, username: '{{username}}' },
        save: { userId: 'id' },
      },
      {
        name: 'She signs in',
        speaks: 'chatrooms',
        request: 'POST /api/users/login',
        body: { ...login, username: '{{username}}' },
        save: { token: 'token' },
      },
      {
        name: 'Bob signs up, as Rooms has it',
        speaks: 'rooms',
        request: 'POST /api/auth/signup',
        body: { ...login, username: '{{username}}.bob' },
        save: { bobId: 'user.id' },
      },
      {
        name: 'He signs in',
        speaks: 'rooms',
        request: 'POST /api/auth/login',
        body: { ...login, username: '{{username}}.bob' },
        save: { bobToken: 'token' },
      },
      {
        name: 'Cy registers, as Conversations has it',
        speaks: 'conversations',
        request: 'POST /api/register',
        body: { ...login, username: '{{username}}.cy' },
        save: { cyId: 'id' },
      },
      {
        name: 'He signs in',
        speaks: 'conversations',
        request: 'POST /api/login',
        body: { ...login, username: '{{username}}.cy' },
        save: { cyToken: 'token' },
      },
      {
        name: 'Who he is, as ConnectBest has it',
        speaks: 'connectbest',
        request: 'GET /api/auth/me',
        as: 'cyToken',
      },
    ],
  },
  {
    name: 'A group',
    steps: [
      {
        name: 'Ada makes it, as Groups has it',
        speaks: 'groups',
        request: 'POST /api/groups',
        as: 'token',
        body: { name: 'Lunch', members: ['{{bobId}}'] },
        save: { groupId: 'id' },
      },
      {
        name: 'Cy joins, as Chatrooms has it',
        speaks: 'chatrooms',
        request: 'POST /api/chatrooms/{{groupId}}/members',
        as: 'token',
        body: { userId: '{{cyId}}' },
      },
      {
        name: 'Ada writes to a chatroom',
        speaks: 'chatrooms',
        request: 'POST /api/messages',
        as: 'token',
        body: { chatroomId: '{{groupId}}', sender: '{{username}}', message: 'Soup?' },
        save: { messageId: 'id' },
      },
      {
        name: 'Bob writes to a receiver',
        speaks: 'groups',
        request: 'POST /api/messages',
        as: 'bobToken',
        body: { senderId: '{{bobId}}', receiverId: '{{groupId}}', content: 'Salad!' },
      },
      {
        name: 'Cy writes to a conversation',
        speaks: 'conversations',
        request: 'POST /api/conversations/{{groupId}}/message',
        as: 'cyToken',
        body: { content: 'Both' },
      },
      {
        name: 'Ada corrects hers, as Chatrooms has it',
        speaks: 'chatrooms',
        request: 'PUT /api/messages/{{messageId}}',
        as: 'token',
        body: { message: 'Soup or salad?' },
      },
      {
        name: 'All of it, as ConnectBest has it',
        speaks: 'connectbest',
        request: 'GET /api/chat/channels/{{groupId}}/messages',
        as: 'token',
        tests: [
          "const said = pm.response.json().messages.filter(({ type }) => type !== 'system');",
          'pm.test("all three are heard", () =>',
          "  pm.expect(said.map(({ content }) => content)).to.have.members(['Soup or salad?', 'Salad!', 'Both']));",
        ],
      },
    ],
  },
  {
    name: 'A room',
    steps: [
      {
        name: 'Bob makes it, as Rooms has it',
        speaks: 'rooms',
        request: 'POST /api/rooms',
        as: 'bobToken',
        body: { name: '{{channelName}}' },
        save: { roomId: 'id' },
      },
      {
        name: 'He writes to a room',
        speaks: 'rooms',
        request: 'POST /api/messages',
        as: 'bobToken',
        body: { roomId: '{{roomId}}', message: 'Who is hungry?' },
      },
      {
        name: 'Whoever writes to a room and to a person is asked which',
        request: 'POST /api/messages',
        as: 'bobToken',
        body: { roomId: '{{roomId}}', receiverId: '{{userId}}', message: 'To whom?' },
        status: 400,
      },
      {
        name: 'Anybody reads it',
        speaks: 'rooms',
        request: 'GET /api/rooms/{{roomId}}',
      },
      {
        name: 'It is a channel, as ConnectBest has it',
        speaks: 'connectbest',
        request: 'GET /api/chat/channels/{{roomId}}',
        as: 'bobToken',
      },
    ],
  },
  {
    name: 'Afterwards',
    steps: [
      {
        name: 'Bob plays, as Groups has it',
        speaks: 'groups',
        request: 'PUT /api/status',
        as: 'bobToken',
        body: { userId: '{{bobId}}', status: 'playing' },
      },
      {
        name: 'What Ada was told, as ConnectBest has it',
        speaks: 'connectbest',
        request: 'GET /api/notifications',
        as: 'token',
      },
      {
        name: "Cy's account goes, as Conversations has it",
        speaks: 'conversations',
        request: 'DELETE /api/users/{{cyId}}',
        as: 'cyToken',
      },
      {
        name: 'He is out, as Rooms has it',
        speaks: 'rooms',
        request: 'GET /api/auth/logout',
        as: 'cyToken',
        status: 401,
      },
    ],
  },
];
