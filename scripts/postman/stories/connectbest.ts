/** ConnectBest's story, through all of its nouns. */
import type { Chapter } from '../story.ts';

const CHANNEL = '/api/chat/channels/{{channelId}}';
const MESSAGE = `${CHANNEL}/messages/{{messageId}}`;
const PICTURE = '@docs/screenshot.png';

export const connectbest: Chapter[] = [
  {
    name: 'An account',
    steps: [
      {
        name: 'Ada registers',
        request: 'POST /api/auth/register',
        body: { email: '{{email}}', password: '{{password}}', name: 'Ada Lovelace' },
        save: { userId: 'user.id' },
      },
      { name: 'She reads it in her mail', request: 'GET {{mailUrl}}/email' },
      {
        name: 'She verifies her address',
        request: 'POST /api/auth/verify-email',
        body: { email: '{{email}}', code: '{{code}}' },
      },
      {
        name: 'Asking for another code tells nobody that it is verified',
        request: 'POST /api/auth/resend-verification',
        body: { email: '{{email}}' },
      },
      {
        name: 'She signs in',
        request: 'POST /api/auth/login',
        body: { email: '{{email}}', password: '{{password}}' },
        save: { token: 'token' },
      },
      { name: 'Who she is', request: 'GET /api/auth/me', as: 'token' },
      {
        name: 'She forgets her password',
        request: 'POST /api/auth/forgot-password',
        body: { email: '{{email}}' },
      },
      {
        name: 'A token that is none resets nothing',
        request: 'POST /api/auth/reset-password',
        body: { token: '{{$guid}}', newPassword: 'Another2horse' },
        status: 400,
      },
      {
        name: 'Nobody comes from Google where it is not set up',
        request: 'GET /api/auth/callback/google',
        status: 404,
      },
      {
        name: 'Bob registers',
        request: 'POST /api/auth/register',
        body: { email: 'bob-{{email}}', password: '{{password}}', name: 'Bob Babbage' },
        save: { bobToken: 'token', bobId: 'user.id' },
      },
    ],
  },
  {
    name: 'A profile',
    steps: [
      {
        name: 'She introduces herself',
        request: 'PUT /api/users/profile',
        as: 'token',
        body: { statusMessage: 'Counting', preferences: { timezone: 'Europe/London' } },
      },
      { name: 'Her picture', request: 'POST /api/users/avatar', as: 'token', form: { file: PICTURE } },
      { name: 'She is busy', request: 'PUT /api/users/status', as: 'token', body: { status: 'busy' } },
      { name: 'She looks for Bob', request: 'GET /api/users/search?query=Babbage', as: 'token' },
      { name: 'She looks at Bob', request: 'GET /api/users/{{bobId}}', as: 'token' },
    ],
  },
  {
    name: 'A channel',
    steps: [
      {
        name: 'She makes one',
        request: 'POST /api/chat/channels',
        as: 'token',
        body: { name: '{{channelName}}', description: 'About engines', type: 'private' },
        save: { channelId: 'channel.id' },
      },
      { name: 'Her channels', request: 'GET /api/chat/channels?type=private', as: 'token' },
      { name: 'She looks at it', request: `GET ${CHANNEL}`, as: 'token' },
      { name: 'She describes it', request: `PUT ${CHANNEL}`, as: 'token', body: { description: 'Engines' } },
      {
        name: 'She adds Bob',
        request: `POST ${CHANNEL}/members`,
        as: 'token',
        body: { userIds: ['{{bobId}}'] },
      },
      {
        name: 'He becomes an admin',
        request: `PUT ${CHANNEL}/members/{{bobId}}`,
        as: 'token',
        body: { role: 'admin' },
      },
    ],
  },
  {
    name: 'Messages and files',
    steps: [
      {
        name: 'She says something',
        request: `POST ${CHANNEL}/messages/send`,
        as: 'token',
        body: { content: 'The engine weaves algebraic patterns' },
        save: { messageId: 'message.id' },
      },
      { name: 'She corrects it', request: `PUT ${MESSAGE}`, as: 'token', body: { content: 'It weaves' } },
      { name: 'Bob reads', request: `GET ${CHANNEL}/messages?limit=20`, as: 'bobToken' },
      { name: 'He likes it', request: `POST ${MESSAGE}/reactions`, as: 'bobToken', body: { emoji: '👍' } },
      { name: 'He thinks again', request: `DELETE ${MESSAGE}/reactions`, as: 'bobToken' },
      {
        name: 'He answers in a thread',
        request: `POST ${CHANNEL}/messages/send`,
        as: 'bobToken',
        body: { content: 'As a loom does', parentMessageId: '{{messageId}}' },
      },
      { name: 'She reads the thread', request: `GET ${MESSAGE}/thread`, as: 'token' },
      { name: 'She pins it', request: `POST ${MESSAGE}/pin`, as: 'token' },
      { name: 'She unpins it', request: `DELETE ${MESSAGE}/pin`, as: 'token' },
      { name: 'She finds it', request: 'GET /api/chat/search?query=weaves', as: 'token' },
      {
        name: 'She uploads a picture',
        request: 'POST /api/upload',
        as: 'token',
        form: { files: PICTURE },
        save: { attachmentId: 'attachments[0].id' },
      },
      { name: 'She takes it back', request: 'DELETE /api/upload/{{attachmentId}}', as: 'token' },
      { name: 'She deletes what she said', request: `DELETE ${MESSAGE}`, as: 'token' },
    ],
  },
  {
    name: 'Direct messages and notifications',
    steps: [
      { name: 'She writes to Bob', request: 'POST /api/dms', as: 'token', body: { userId: '{{bobId}}' } },
      { name: 'Her direct messages', request: 'GET /api/dms', as: 'token' },
      { name: 'What she is told of', request: 'GET /api/notifications/settings', as: 'token' },
      {
        name: 'She wants no sound',
        request: 'PUT /api/notifications/settings',
        as: 'token',
        body: { soundEnabled: false },
      },
      { name: 'What she was told', request: 'GET /api/notifications', as: 'token' },
      {
        name: 'She has read it',
        request: 'PUT /api/notifications/read',
        as: 'token',
        body: { notificationIds: [] },
      },
    ],
  },
  {
    name: 'Administration',
    steps: [
      { name: 'Is all well?', request: 'GET /api/health' },
      { name: 'Figures', request: 'GET /api/admin/stats', as: 'adminToken' },
      { name: 'Measurements', request: 'GET /api/metrics', as: 'adminToken' },
      { name: 'People', request: 'GET /api/admin/users?search=Babbage', as: 'adminToken' },
      {
        name: 'Bob is suspended',
        request: 'POST /api/admin/users/{{bobId}}/suspend',
        as: 'adminToken',
        body: { reason: 'An example' },
      },
      { name: 'He comes back', request: 'POST /api/admin/users/{{bobId}}/activate', as: 'adminToken' },
    ],
  },
  {
    name: 'The end',
    steps: [
      { name: 'Bob leaves the channel', request: `DELETE ${CHANNEL}/members/{{bobId}}`, as: 'token' },
      { name: 'She deletes the channel', request: `DELETE ${CHANNEL}`, as: 'token' },
      {
        name: 'She wants a second factor',
        request: 'POST /api/auth/2fa/enable',
        as: 'token',
        body: { phone: '{{phone}}' },
      },
      { name: 'She signs out', request: 'POST /api/auth/logout', as: 'token' },
      { name: "Bob's account goes", request: 'DELETE /api/admin/users/{{bobId}}', as: 'adminToken' },
    ],
  },
];
