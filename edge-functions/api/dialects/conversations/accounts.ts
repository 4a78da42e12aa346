/** Users of document S4: making, finding, changing and deleting accounts. */
import { z } from '@hono/zod-openapi';
import { pageLimit, text } from '../../../_shared/schemas.ts';
import { run } from '../../../_shared/supabase.ts';
import { deleteAccount, readContact } from '../../core/accounts.ts';
import { listPeople } from '../../core/conversation-pages.ts';
import { get, post, put, remove } from '../../dialect.ts';
import { changeLogin, LoginChange, signUpErrors } from '../../usernames.ts';
import { deletionErrors, NOBODY, registering, signingIn } from '../shared.ts';
import { Done, done, Time, toTime } from '../values.ts';
import { Account, toAccount, toUser, User } from './shapes.ts';

export const accounts = [
  registering('/register'),
  signingIn('/login'),
  post('/logout', {
    summary: 'Additive: end this session',
    tag: 'Users',
    inPassing: true,
    answer: Done('Logged out'),
    run: ({ client }) => done(run('sign out', client.rpc('sign_out', { everywhere: false })), 'Logged out'),
  }),
  get('/users', {
    summary: 'Everybody, in the order of their usernames',
    tag: 'Users',
    query: z.object({
      limit: pageLimit(100),
      after: text({ max: 32 })
        .optional()
        .openapi({ description: 'Additive: the username that the page follows' }),
    }),
    next: { behind: 'last', field: 'username', parameter: 'after' },
    answer: z.array(User),
    errors: { 400: 'A parameter is wrong' },
    run: async ({ client, query }) => (await listPeople(client, query)).map(toUser),
  }),
  get('/users/{userId}', {
    summary: 'Somebody, as others may see them',
    tag: 'Users',
    answer: User.extend({ createdAt: Time }),
    errors: { 404: NOBODY },
    async run({ client, params }) {
      const found = await readContact(client, params.userId);
      return { ...toUser(found), createdAt: toTime(found.created_at) };
    },
  }),
  put('/users/{userId}', {
    summary: 'Change the own account; admins change usernames of others',
    description: 'Another password ends the other sessions.',
    tag: 'Users',
    body: LoginChange.extend({
      profilePicture: text({ max: 2048 })
        .nullish()
        .openapi({ description: 'Its address; null or empty: none' }),
    }),
    answer: Account,
    errors: {
      400: [...signUpErrors[400], 'invalid_avatar_url'],
      403: ['Somebody else, or an API key', 'not_yourself', 'not_an_admin', 'missing_scope'],
      404: NOBODY,
    },
    async run(ask) {
      const picture = ask.body.profilePicture === null ? '' : ask.body.profilePicture;
      return toAccount(await changeLogin(ask, ask.params.userId, picture));
    },
  }),
  remove('/users/{userId}', {
    summary: 'Delete the own account; admins delete those of others',
    tag: 'Users',
    answer: Done('User deleted'),
    errors: deletionErrors,
    run: ({ client, params }) => done(deleteAccount(client, params.userId), 'User deleted'),
  }),
];
