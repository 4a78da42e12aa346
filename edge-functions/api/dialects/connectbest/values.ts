/** Kinds of values that every shape of ConnectBest is made of. */
import { z } from '@hono/zod-openapi';

export const Id = z.guid().openapi({ format: 'uuid' });
export const Time = z.iso.datetime().openapi({ description: 'ISO 8601, UTC' });
export const Username = z
  .string()
  .openapi({ description: 'Additive: mentions mean people by it too, as @ada', example: 'ada' });
export const Presence = z.enum(['online', 'away', 'busy', 'inmeeting', 'offline']);

/** The answer of what has nothing else to say. */
export const Done = z.object({ success: z.literal(true) }).openapi('Done');
export const done = { success: true } as const;

/** The same with the sentence that the document has for it. */
export const doneSaying = <Sentence extends string>(message: Sentence) => ({
  schema: z.object({ success: z.literal(true), message: z.literal(message) }),
  answer: { ...done, message },
});

/** Stands for people whose account is gone, as the document promises every message an author. */
export const DELETED_USER = {
  id: '00000000-0000-0000-0000-000000000000',
  username: '',
  name: 'Deleted user',
  avatar_url: null,
};

export const toTime = (timestamp: string) => new Date(timestamp).toISOString();
