/** Kinds of values that requests of every document have in common. */
import { z } from '@hono/zod-openapi';

/** Any UUID that Postgres takes, whatever its version, in its letters. */
export const Uuid = z.guid('must be a UUID').toLowerCase().openapi({ format: 'uuid' });

/** Text that Postgres can store; lengths are counted in characters as it counts them. */
export function text({ min = 0, max = Infinity, trim = false } = {}) {
  const bounds = { ...(min > 0 && { minLength: min }), ...(max < Infinity && { maxLength: max }) };
  return (trim ? z.string().trim() : z.string())
    .refine((value) => value.isWellFormed() && !value.includes('\0'), {
      error: 'must not contain NUL or half a surrogate pair',
      abort: true,
    })
    .refine((value) => min === 0 || [...value].length >= min, `must have at least ${min} characters`)
    .refine((value) => value.length <= max || [...value].length <= max, `must have at most ${max} characters`)
    .openapi(bounds);
}
