/** Kinds of values that the shapes of several documents are made of. */
import { z } from '@hono/zod-openapi';
import { absent, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { Id, Time, toTime } from './connectbest/values.ts';

export { Id, Time, toTime };

export const Someone = text({ min: 1, max: 64, trim: true }).openapi({
  description: 'Id or username',
  example: 'ada',
});

const People = absent(z.array(Someone).max(100).optional());

/** The fields of a body for people: apps send any of the four. */
export const Named = z.object({
  participants: People,
  userIds: People,
  members: People,
  userId: absent(Someone.optional()),
});
export const named = ({ participants, userIds, members, userId }: z.output<typeof Named>) =>
  [participants, userIds, members, userId].flat().filter((name) => name !== undefined);

const You = absent(Someone.optional()).openapi({ type: 'string', description: 'You', example: 'ada' });

/** The token says who sends; who names somebody else is refused, under the name of whichever document. */
export const senders = { sender: You, senderId: You };

export const sendersOf = ({
  sender,
  senderId,
}: {
  sender?: string | undefined;
  senderId?: string | undefined;
}) => [sender, senderId].filter((name) => name !== undefined);

/** The fields of a body for what a message says: documents that name none get it under any of these. */
export function wordings(first: 'message' | 'content') {
  const content = (more: object) =>
    absent(text({ max: 40_000 }).optional()).openapi({ type: 'string', example: 'Lunch at noon?', ...more });
  const same = content({ description: `The same as ${first}` });
  return { message: same, content: same, text: same, [first]: content({}) };
}

type Wordings = { [Name in 'message' | 'content' | 'text']?: string | undefined };

/** What a body says that has these; of several the first counts. */
export const contentOf = (first: 'message' | 'content') => (body: Wordings) =>
  body[first] ?? body.message ?? body.content ?? body.text;

/** Lists that the documents leave without an end. */
export const Page = z.object({
  limit: pageLimit(100),
  before: Uuid.optional().openapi({ description: 'Additive: the id that the page ends before' }),
});

/** Where the next page begins, which for both is further in the past. */
export const NEWEST_FIRST = { behind: 'last', field: 'id', parameter: 'before' } as const;
export const OLDEST_FIRST = { ...NEWEST_FIRST, behind: 'first', endsEarly: true } as const;

/** Stands for people whose account is gone. */
export const DELETED_USER = {
  id: '00000000-0000-0000-0000-000000000000',
  username: 'deleted-user',
};
