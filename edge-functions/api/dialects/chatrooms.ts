/** Document S0: a categorised list of endpoints around chatrooms. */
import { z } from '@hono/zod-openapi';
import { ApiError } from '../../_shared/errors.ts';
import { findContact } from '../core/accounts.ts';
import { type Dialect, get, post } from '../dialect.ts';
import { translator } from '../translator.ts';
import { Login, Registration, Session, signInByName, signUpByName } from '../usernames.ts';

const Status = z.enum(['online', 'offline', 'away']);

/** What the document says of a thing that is done. */
const message = (words: string) => z.string().openapi({ example: words });

const accounts = [
  post('/users/register', {
    summary: 'Make an account',
    tag: 'Users',
    token: 'none',
    body: Registration,
    status: 201,
    answer: z.object({ id: z.guid(), message: message('User registered successfully') }),
    errors: {
      400: [
        'A field is wrong, or taken',
        ...['username_taken', 'invalid_username', 'user_already_exists', 'weak_password'],
      ],
    },
    async run(ask) {
      const { user } = await signUpByName(ask);
      return { id: user.id, message: 'User registered successfully' };
    },
  }),
  post('/users/login', {
    summary: 'Sign in',
    tag: 'Users',
    token: 'none',
    body: Login,
    answer: Session,
    errors: {
      401: ['Username or password is wrong', 'invalid_credentials'],
      402: ['The second factor is missing; its code was sent', 'second_factor_required'],
      403: ['Banned', 'account_suspended'],
    },
    run: signInByName,
  }),
  get('/users/{id}', {
    summary: 'Somebody, as others may see them',
    tag: 'Users',
    answer: z.object({
      id: z.guid(),
      username: z.string(),
      email: z.string().nullable(),
      status: Status,
    }),
    errors: { 404: ['There is nobody with this id', 'user_not_found'] },
    async run({ client, params }) {
      const found = await findContact(client, params.id);
      if (!found) throw new ApiError('user_not_found', 404, 'unable to read user; there is no such person');
      const { id, username, email, status } = found;
      return { id, username, email, status: toStatus(status) };
    },
  }),
];

const toStatus = (status: string | null): z.infer<typeof Status> =>
  status === 'offline' || status === 'away' ? status : 'online';

export const chatrooms: Dialect = {
  name: 'chatrooms',
  title: 'Chatrooms',
  mount: '/chatrooms/api',
  endpoints: [...accounts],
  translate: translator(
    {
      invalid_credentials: 401,
      user_already_exists: 400,
      username_taken: 400,
      weak_password: 400,
    },
    {
      invalid_username: 'username',
      user_already_exists: 'email',
      username_taken: 'username',
      weak_password: 'password',
    },
  ),
};
