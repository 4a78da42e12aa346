/** Endpoints that several documents have word for word. */
import { deleteMessage } from '../core/messages.ts';
import { post, remove } from '../dialect.ts';
import { alsoSaying, saying } from '../shape.ts';
import {
  Login,
  Registration,
  Session,
  signInByName,
  signInErrors,
  signUpByName,
  signUpErrors,
} from '../usernames.ts';
import { refusals } from './refusals.ts';
import { personOf } from './vocabulary.ts';

export const registering = (path: string) =>
  post(path, {
    summary: 'Make an account',
    token: 'none',
    body: Registration,
    status: 201,
    answer: alsoSaying('User registered successfully', personOf('NewUser', ['id', 'username'])),
    errors: signUpErrors,
    run: async (ask) => (await signUpByName(ask)).user,
  });

export const signingIn = (path: string) =>
  post(path, {
    summary: 'Sign in',
    token: 'none',
    body: Login,
    answer: Session,
    errors: signInErrors,
    run: signInByName,
  });

export const deletingMessage = (path: '/messages/{id}') =>
  remove(path, {
    summary: 'Delete your message; admins of where it is delete those of others too',
    inPassing: true,
    answer: saying('Message deleted'),
    errors: refusals.remove,
    run: ({ client, params }) => deleteMessage(client, { messageId: params.id }),
  });
