/** Document S2: rooms that anybody reads, and files that are shared in them. */
import { z } from '@hono/zod-openapi';
import { absent, text, Uuid } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import * as channels from '../core/open-channels.ts';
import { download, listReadableFiles, share } from '../core/open-files.ts';
import { type Ask, type Dialect, get, post } from '../dialect.ts';
import { translator } from '../translator.ts';
import {
  ACCOUNT_FIELDS,
  ACCOUNT_STATUSES,
  Registration,
  Session,
  signUpByName,
  signUpErrors,
} from '../usernames.ts';
import { signingIn } from './shared.ts';
import {
  contentOf,
  Id,
  message,
  NEWEST_FIRST,
  OLDEST_FIRST,
  Page,
  RoomMessage,
  Time,
  toRoomMessage,
  toTime,
  toUploadedFile,
  UploadedFile,
  uploadErrors,
  wordings,
} from './values.ts';

const Room = z
  .object({
    id: Id,
    name: z.string().openapi({ example: 'Lunch' }),
    description: z.string().nullable().openapi({ example: 'Where to eat' }),
    createdBy: Id.nullable().openapi({ description: 'Null once the account is gone' }),
    createdAt: Time,
  })
  .openapi('Room');

const toRoom = ({ id, name, ...row }: channels.ReadableChannelRow): z.infer<typeof Room> => {
  const { description, created_by: createdBy, created_at } = row;
  return { id, name, description: description || null, createdBy, createdAt: toTime(created_at) };
};

/** Of whoever has no token the call is counted here, so that Postgres lets them ask through the server only. */
const readerOf = ({ client, deps, me }: Ask) => (me ? client : deps.supabase.asServer());

const NO_ROOM = ['No such room, or not visible to you', 'channel_not_found'] as const;
const PAGE_END = 'A page ends early after 1 MB of text; the one before its first message follows it.';
const NO_SPEAKING = [
  'Banned from the room, or it is archived',
  ...['user_banned', 'channel_archived', 'user_blocked'],
] as const;

const accounts = [
  post('/auth/signup', {
    summary: 'Make an account',
    tag: 'Accounts',
    token: 'none',
    body: Registration,
    status: 201,
    answer: Session.extend({ message: message('User registered successfully') }),
    errors: signUpErrors,
    run: async (ask) => ({ ...(await signUpByName(ask)), message: 'User registered successfully' }),
  }),
  signingIn('/auth/login'),
  get('/auth/logout', {
    summary: 'End this session',
    description: 'The token is refused from then on, everywhere. No cache keeps the answer.',
    tag: 'Accounts',
    inPassing: true,
    answer: z.object({ success: z.literal(true), message: message('Logged out') }),
    async run({ client, c }) {
      // Whoever looks at the headers only does not leave.
      if (c.req.method !== 'HEAD') await run('sign out', client.rpc('sign_out', { everywhere: false }));
      return { success: true as const, message: 'Logged out' };
    },
  }),
];

const places = [
  post('/rooms', {
    summary: 'Make a room that anybody reads',
    tag: 'Rooms',
    inPassing: true,
    body: z.object({
      name: text({ min: 1, max: 80, trim: true }).openapi({ example: 'Lunch' }),
      description: absent(text({ max: 500 }).optional()).openapi({ type: 'string', example: 'Where to eat' }),
    }),
    status: 201,
    answer: Room,
    errors: { 400: ['A field is wrong', 'invalid_name', 'invalid_description'] },
    run: async ({ client, body }) => toRoom(await channels.openChannel(client, body)),
  }),
  get('/rooms', {
    summary: 'The rooms that there are, newest first',
    description: 'With a token every public channel as well, and those that the caller is in.',
    tag: 'Rooms',
    token: 'optional',
    query: Page,
    next: NEWEST_FIRST,
    answer: z.array(Room),
    run: async (ask) => (await channels.listReadableChannels(readerOf(ask), ask.query)).map(toRoom),
  }),
  get('/rooms/{roomId}', {
    summary: 'A room with its newest messages, oldest first',
    description: PAGE_END,
    tag: 'Rooms',
    token: 'optional',
    query: Page,
    answer: Room.extend({
      members: z
        .array(z.object({ id: Id, username: z.string().openapi({ example: 'ada' }) }))
        .openapi({ description: 'The first 100' }),
      messages: z.array(RoomMessage),
    }),
    errors: {
      400: ['A parameter is wrong', 'invalid_cursor'],
      404: NO_ROOM,
    },
    async run(ask) {
      const { channel, members, messages } = await channels.readHistory(readerOf(ask), {
        channelId: ask.params.roomId,
        ...ask.query,
      });
      return {
        ...toRoom(channel),
        members: members.map(({ id, username }) => ({ id, username })),
        messages: messages.map((row) => toRoomMessage(row, ask.deps)),
      };
    },
  }),
];

const messages = [
  post('/messages', {
    summary: 'Send a message to a room',
    description: 'Who is not in it yet joins it.',
    tag: 'Messages',
    bucket: 'api_send',
    inPassing: true,
    body: z
      .object({ roomId: Uuid, ...wordings('message') })
      .refine(contentOf, { error: 'is missing', path: ['message'] }),
    status: 201,
    answer: RoomMessage.extend({ message: message('Message sent') }),
    errors: {
      400: [
        'A field is wrong or missing, or it mentions too many',
        ...['message_empty', 'message_too_long', 'too_many_mentions'],
      ],
      403: NO_SPEAKING,
      404: NO_ROOM,
    },
    async run({ client, deps, body }) {
      const sent = await channels.joinAndPost(client, {
        channelId: body.roomId,
        content: contentOf(body) ?? '',
      });
      return { ...toRoomMessage(sent, deps), message: 'Message sent' };
    },
  }),
  get('/messages/{roomId}', {
    summary: 'The newest messages of a room, oldest first',
    description: PAGE_END,
    tag: 'Messages',
    token: 'optional',
    query: Page,
    next: OLDEST_FIRST,
    answer: z.array(RoomMessage),
    errors: {
      400: ['A parameter is wrong', 'invalid_cursor'],
      404: NO_ROOM,
    },
    async run(ask) {
      const page = { channelId: ask.params.roomId, ...ask.query };
      const rows = await channels.listReadableMessages(readerOf(ask), page);
      return rows.map((row) => toRoomMessage(row, ask.deps));
    },
  }),
];

const files = [
  post('/files/upload', {
    summary: 'Upload a file',
    description:
      'With a room it is sent there, in a message of its own. Without one it is the own file only.',
    tag: 'Files',
    bucket: 'api_upload',
    form: {
      file: { type: 'string', format: 'binary', description: 'At most 50 MB' },
      roomId: { type: 'string', format: 'uuid' },
    },
    status: 201,
    answer: UploadedFile,
    errors: {
      ...uploadErrors,
      403: NO_SPEAKING,
      404: NO_ROOM,
    },
    async run({ client, deps, c }) {
      const reach = { storage: deps.storage, client, server: deps.supabase.asServer() };
      const file = await share(reach, c.req.raw, { file: 'file', channel: 'roomId' });
      return toUploadedFile(file, deps);
    },
  }),
  get('/files/{fileId}', {
    summary: 'Download a file',
    tag: 'Files',
    token: 'optional',
    errors: { 404: ['No such file, or not visible to you', 'file_not_found'] },
    run: (ask) => download(ask.deps.storage, readerOf(ask), ask.params.fileId, ask.c.req.raw),
  }),
  get('/files', {
    summary: 'The files that there are, newest first',
    description:
      'Those of rooms; with a token also the own ones, and those of channels that the caller is in.',
    tag: 'Files',
    token: 'optional',
    query: Page,
    next: NEWEST_FIRST,
    answer: z.array(UploadedFile),
    run: async (ask) =>
      (await listReadableFiles(readerOf(ask), ask.query)).map((file) => toUploadedFile(file, ask.deps)),
  }),
];

export const rooms: Dialect = {
  name: 'rooms',
  title: 'Rooms',
  mount: '/rooms/api',
  endpoints: [...accounts, ...places, ...messages, ...files],
  translate: translator(ACCOUNT_STATUSES, {
    ...ACCOUNT_FIELDS,
    file_empty: 'file',
    file_type_not_allowed: 'file',
    invalid_description: 'description',
    invalid_file_name: 'file',
    invalid_name: 'name',
    message_empty: 'message',
    message_too_long: 'message',
    too_many_mentions: 'message',
  }),
};
