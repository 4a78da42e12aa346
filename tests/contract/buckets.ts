/** What a rate limit says at its end, however long the calls of a test take: tokens come back meanwhile. */
import { expect } from 'vitest';
import { database } from '../helpers/database.ts';

/** As if this person had taken every token of a bucket from which they have taken one. */
export async function useUp(bucket: string, { id }: { id: string }): Promise<void> {
  const taken = await database`
    update chat_private.rate_limit_states set full_at = now() + interval '1 hour'
     where bucket = ${bucket} and key = ${id} returning key`;
  expect(taken).toHaveLength(1);
}

/** How many tokens the bucket has, and in what time that many come back. */
export const ruleOf = (bucket: string) =>
  database`select burst, period::text from chat_private.rate_limit_rules where bucket = ${bucket}`;
