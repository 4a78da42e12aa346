/** Document S2: rooms that anybody reads, and files that are shared in them. */
import { z } from '@hono/zod-openapi';
import { absent, offsetUpTo, text, Uuid } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import * as channels from '../core/open-channels.ts';
import { download, listReadableFiles, share } from '../core/open-files.ts';
import type { Deps } from '../deps.ts';
import { type Ask, type Dialect, get, post, tagged } from '../dialect.ts';
import { alsoSaying, many, sentence } from '../shape.ts';
import { Registration, Session, signUpByName, signUpErrors } from '../usernames.ts';
import { inWords, refusals } from './refusals.ts';
import { signingIn } from './shared.ts';
import { contentOf, NEWEST_FIRST, OLDEST_FIRST, Page, senders, sendersOf, wordings } from './values.ts';
import { fileOf, personOf, placeOf, RoomMessage } from './vocabulary.ts';

const Room = placeOf('Room', ['id', 'name', 'description', 'createdBy', 'createdAt']);
const Members = many(personOf('RoomMember', ['id', 'username']));
const Messages = many(RoomMessage);
const Details = {
  schema: Room.schema
    .extend({
      members: Members.schema.openapi({ description: 'The first 100' }),
      messages: Messages.schema,
    })
    .openapi('RoomDetails'),
  from: ({ channel, members, messages }: channels.ChannelHistory, deps: Deps) => ({
    ...Room.from(channel, deps),
    members: Members.from(members, deps),
    messages: Messages.from(messages, deps),
  }),
};
const File = fileOf('UploadedFile', ['id', 'name', 'url', 'size', 'type', 'uploadedAt']);

/** Of whoever has no token the call is counted here, so that Postgres lets them ask through the server only. */
const readerOf = ({ client, deps, me }: Ask) => (me ? client : deps.supabase.asServer());

const PAGE_END = 'A page ends early after 1 MB of text; the one before its first message follows it.';

const accounts = [
  post('/auth/signup', {
    summary: 'Make an account',
    token: 'none',
    body: Registration,
    status: 201,
    answer: Session.extend({ message: sentence('User registered successfully') }),
    errors: signUpErrors,
    run: async (ask) => ({ ...(await signUpByName(ask)), message: 'User registered successfully' }),
  }),
  signingIn('/auth/login'),
  get('/auth/logout', {
    summary: 'End this session',
    description: 'The token is refused from then on, everywhere. No cache keeps the answer.',
    inPassing: true,
    answer: z.object({ success: z.literal(true), message: sentence('Logged out') }),
    async run({ client, leavesMarks }) {
      // Whoever looks at the headers only does not leave.
      if (leavesMarks) await run('sign out', client.rpc('sign_out', { everywhere: false }));
      return { success: true as const, message: 'Logged out' };
    },
  }),
];

const places = [
  post('/rooms', {
    summary: 'Make a room that anybody reads',
    inPassing: true,
    body: z.object({
      name: text({ min: 1, max: 80, trim: true }).openapi({ example: 'Lunch' }),
      description: absent(text({ max: 500 }).optional()).openapi({ type: 'string', example: 'Where to eat' }),
    }),
    status: 201,
    answer: Room,
    errors: refusals.open,
    run: ({ client, body }) => channels.openChannel(client, body),
  }),
  get('/rooms', {
    summary: 'The rooms that there are, newest first',
    description: 'With a token every public channel as well, and those that the caller is in.',
    token: 'optional',
    query: Page,
    next: NEWEST_FIRST,
    answer: many(Room),
    run: (ask) => channels.listReadableChannels(readerOf(ask), ask.query),
  }),
  get('/rooms/{roomId}', {
    summary: 'A room with its newest messages, oldest first; marks them as read for a member',
    description: PAGE_END,
    token: 'optional',
    query: Page,
    next: { ...OLDEST_FIRST, of: 'messages' },
    answer: Details,
    errors: refusals.readOpen,
    run: (ask) => channels.readHistory(readerOf(ask), { channelId: ask.params.roomId, ...ask.query }, ask),
  }),
];

const messages = [
  post('/messages', {
    summary: 'Send a message to a room',
    description: 'Who is not in it yet joins it.',
    bucket: 'api_send',
    inPassing: true,
    body: z.object({ roomId: Uuid, ...senders, ...wordings('message') }).refine(contentOf('message'), {
      error: 'is missing',
      path: ['message'],
      when: ({ value }) => value instanceof Object,
    }),
    status: 201,
    answer: alsoSaying('Message sent', RoomMessage),
    errors: refusals.send,
    run: ({ client, body }) =>
      channels.joinAndPost(client, {
        channelId: body.roomId,
        content: contentOf('message')(body) ?? '',
        senders: sendersOf(body),
      }),
  }),
  get('/messages/{roomId}', {
    summary: 'The newest messages of a room, oldest first; marks them as read for a member',
    description: PAGE_END,
    token: 'optional',
    query: Page,
    next: OLDEST_FIRST,
    answer: Messages,
    errors: refusals.readOpen,
    run: (ask) =>
      channels.listReadableMessages(readerOf(ask), { channelId: ask.params.roomId, ...ask.query }, ask),
  }),
];

const files = [
  post('/files/upload', {
    summary: 'Upload a file',
    description:
      'With a room it is sent there, in a message of its own. Without one it is the own file only, until a message gives its address.',
    bucket: 'api_upload',
    form: {
      file: { type: 'string', format: 'binary', description: 'At most 50 MB' },
      roomId: { type: 'string', format: 'uuid' },
    },
    status: 201,
    answer: File,
    errors: refusals.upload,
    run: ({ client, deps, c }) =>
      share({ storage: deps.storage, client, server: deps.supabase.asServer() }, c.req.raw, {
        file: 'file',
        channel: 'roomId',
      }),
  }),
  get('/files/{fileId}', {
    summary: 'Download a file',
    token: 'optional',
    errors: refusals.download,
    run: (ask) => download(ask.deps.storage, readerOf(ask), ask.params.fileId, ask.c.req.raw),
  }),
  get('/files', {
    summary: 'The files that there are, newest first',
    description:
      'Those of rooms; with a token also the own ones, and those of channels that the caller is in.',
    token: 'optional',
    query: Page.extend({ offset: offsetUpTo(10_000) }),
    next: NEWEST_FIRST,
    answer: many(File),
    run: (ask) => listReadableFiles(readerOf(ask), ask.query),
  }),
];

export const rooms: Dialect = {
  name: 'rooms',
  title: 'Rooms',
  mount: '/rooms/api',
  endpoints: [
    ...tagged('Accounts', accounts),
    ...tagged('Rooms', places),
    ...tagged('Messages', messages),
    ...tagged('Files', files),
  ],
  translate: inWords('room', 'message'),
};
