/** What several documents have word for word: whole endpoints, and the refusals of what all of them do. */
import { z } from '@hono/zod-openapi';
import type { Reason } from '../../_shared/http.ts';
import { deleteMessage } from '../core/messages.ts';
import { post, remove } from '../dialect.ts';
import {
  Login,
  Registration,
  Session,
  signInByName,
  signInErrors,
  signUpByName,
  signUpErrors,
} from '../usernames.ts';
import { Id, message } from './values.ts';

type Reasons = Record<number, Reason>;

export const NOBODY = ['There is nobody with this id', 'user_not_found'] as const;

/** Of what somebody signs in with. */
export const changeErrors = {
  400: ['A field is wrong, or taken', 'username_taken', 'invalid_username', 'weak_password'],
  403: ['This is somebody else', 'not_an_admin', 'not_yourself'],
  404: NOBODY,
} satisfies Reasons;

/** Of an account. */
export const deletionErrors = {
  403: ['This is somebody else', 'not_an_admin'],
  404: NOBODY,
  409: ['The platform would have no admin', 'last_admin'],
} satisfies Reasons;

export const sendErrors = {
  400: ['A field is wrong', 'message_empty', 'message_too_long', 'too_many_mentions'],
  403: [
    'You are somebody else, not in it or kept out, or it is archived',
    ...['not_yourself', 'not_a_member', 'user_blocked', 'channel_archived'],
  ],
  404: ['It does not exist, or you are not in it', 'channel_not_found'],
} satisfies Reasons;

/** What in a request our errors about messages and conversations are about, for `translator`. */
export const TALK_FIELDS = {
  invalid_name: 'name',
  invalid_notification: 'message',
  message_empty: 'content',
  message_too_long: 'content',
  too_many_members: 'members',
  too_many_mentions: 'content',
};

/** Of conversations with the people that a field `members` names. */
export const createErrors = {
  400: ['A field is wrong, or names nobody', 'invalid_name', 'user_not_found', 'too_many_members'],
  403: ['One of them and you have blocked the other', 'user_blocked'],
} satisfies Reasons;

export const memberErrors = {
  403: [
    'You may not change who is in it, or they may not be',
    ...['not_a_channel_admin', 'not_the_creator', 'creator_cannot_leave', 'channel_archived'],
    ...['user_blocked', 'user_banned'],
  ],
  404: [
    'It does not exist, or you are not in it, or nobody has this id',
    ...['channel_not_found', 'user_not_found', 'member_not_found'],
  ],
} satisfies Reasons;

/** Of what was said, by the conversation. */
export const readErrors = {
  400: ['A parameter is wrong', 'invalid_cursor'],
  403: ['You are not in it', 'not_a_member'],
  404: sendErrors[404],
} satisfies Reasons;

export const registering = (path: string) =>
  post(path, {
    summary: 'Make an account',
    tag: 'Users',
    token: 'none',
    body: Registration,
    status: 201,
    answer: z.object({
      id: Id,
      username: z.string().openapi({ example: 'ada' }),
      message: message('User registered successfully'),
    }),
    errors: signUpErrors,
    run: async (ask) => ({ ...(await signUpByName(ask)).user, message: 'User registered successfully' }),
  });

export const signingIn = (path: string) =>
  post(path, {
    summary: 'Sign in',
    tag: 'Users',
    token: 'none',
    body: Login,
    answer: Session,
    errors: signInErrors,
    run: signInByName,
  });

export const deletingMessage = (path: '/messages/{id}') =>
  remove(path, {
    summary: 'Delete a message, as its author or as an admin of its channel',
    tag: 'Messages',
    inPassing: true,
    answer: z.object({ message: message('Message deleted') }),
    errors: {
      403: ['It is not yours', 'not_the_author', 'not_a_channel_admin', 'channel_archived'],
      404: ['There is no such message, or it is deleted, or you are not there', 'message_not_found'],
    },
    async run({ client, params }) {
      await deleteMessage(client, { messageId: params.id });
      return { message: 'Message deleted' };
    },
  });
