/** What each document calls what people talk in, where it refuses something about it. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signUp } from '../helpers/people.ts';
import { call, expectError } from './api.ts';

interface Refusal {
  error: { message: string; details?: { field: string; message: string }[] };
}

const ABSENT = randomUUID();

describe.each([
  ['Chatrooms', 'chatroom', `/chatrooms/api/chatrooms/${ABSENT}/messages`],
  ['Rooms', 'room', `/rooms/api/messages/${ABSENT}`],
  ['Groups', 'conversation', `/groups/api/messages/${ABSENT}`],
  ['Conversations', 'conversation', `/conversations/conversations/${ABSENT}`],
  ['ConnectBest', 'channel', `/api/chat/channels/${ABSENT}/messages`],
])('a place that does not exist, asked for in %s', (_document, noun, path) => {
  it(`is called a ${noun}`, async () => {
    const { token } = await signUp('Ada');
    const answer = await call<Refusal>('GET', path, { token });
    expectError(answer, 404, 'channel_not_found');
    expect(answer.body.error.message).toMatch(`; the ${noun} does not exist or is not visible to you`);
  });
});

it('a refusal has the word of the document beside the field as well', async () => {
  const { token } = await signUp('Ada');
  const json = { name: 'Lunch', members: [] };
  const path = '/chatrooms/api/chatrooms';
  const { body: room } = await call<{ id: string }>('POST', path, { token, json });

  const message = 'unable to read messages; a page begins at a message of this chatroom';
  expect(await call('GET', `${path}/${room.id}/messages?before=${ABSENT}`, { token })).toMatchObject({
    status: 400,
    body: { error: { message, details: [{ field: 'before', message }] }, message },
  });
});
