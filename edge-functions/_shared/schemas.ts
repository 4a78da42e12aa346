/** Kinds of values that requests of every document have in common. */
import { z } from '@hono/zod-openapi';
import { counted, ruleOf } from './rules.ts';

z.config({ customError: ruleOf });

/** Any UUID that Postgres takes, whatever its version, in its letters. */
export const Uuid = z
  .guid({ error: ({ code }) => (code === 'invalid_format' ? 'must be a UUID' : undefined) })
  .toLowerCase()
  .openapi({ format: 'uuid' });

/**
 * A field of a body that may be left out: apps send null or an empty string as well for what they do not have. Not where
 * these say that something goes.
 */
export const absent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema);

/** Without the blanks that copying brings along. */
export const Email = z
  .string()
  .trim()
  .check(z.email('must be an e-mail address'))
  .max(255)
  // As Auth keeps it, so that mail goes to exactly the address of the account.
  .toLowerCase()
  // Reserved: no such address receives mail, and accounts without one carry an address like that.
  .refine((address) => !address.endsWith('.invalid'), 'must be able to receive mail');

const includes = (pattern: RegExp) => (value: string) => pattern.test(value);

export const Password = text({ min: 8 })
  .refine(includes(/\p{Lu}/u), 'must include an uppercase letter')
  .refine(includes(/\p{Ll}/u), 'must include a lowercase letter')
  .refine(includes(/\p{Nd}/u), 'must include a number')
  // bcrypt reads no further.
  .refine((value) => new TextEncoder().encode(value).length <= 72, 'must have at most 72 bytes')
  .openapi({
    format: 'password',
    description: '8 characters to 72 bytes, with an uppercase letter, a lowercase letter and a number',
    example: 'Correct1horse',
  });

export const Phone = z
  .string()
  .regex(/^\+[1-9]\d{1,14}$/, 'must have the form +491234567 (E.164)')
  .openapi({ description: 'E.164', example: '+491711234567' });

export const SixDigits = z
  .string()
  .trim()
  .regex(/^\d{6}$/, 'must have six digits')
  .openapi({ example: '123456' });

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** ISO 8601; a date alone means its midnight, and what names no zone is UTC. */
export const Moment = z
  .string()
  .trim()
  .transform((value) => {
    const [, day = '', minutes = 'T00:00', seconds = ':00', zone = 'Z'] = MOMENT.exec(value) ?? [];
    return `${day}${minutes}${seconds}${zone}`;
  })
  .pipe(z.iso.datetime({ offset: true }))
  .openapi({
    type: 'string',
    format: 'date-time',
    description: 'ISO 8601: UTC where it names no zone, midnight where it names no time',
    example: '2027-01-01T09:00:00Z',
  });

/** How many rows a page has; who asks for more than `max` gets `max`. */
export const pageLimit = (byDefault: number, max = 100) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .default(byDefault)
    .transform((limit) => Math.min(limit, max))
    .openapi({
      type: 'integer',
      minimum: 1,
      default: byDefault,
      description: `At most ${max}; more counts as ${max}`,
    });

/** How many rows to leave out before a page. */
export const offsetUpTo = (max: number) =>
  z.coerce.number().int().min(0).max(max).default(0).openapi({ type: 'integer' });
export const Offset = offsetUpTo(100_000);

/** Text that Postgres can store; lengths are counted in characters as it counts them. */
export function text({ min = 0, max = Infinity, trim = false } = {}) {
  const bounds = { ...(min > 0 && { minLength: min }), ...(max < Infinity && { maxLength: max }) };
  return (trim ? z.string().trim() : z.string())
    .refine((value) => value.isWellFormed() && !value.includes('\0'), {
      error: 'must not contain NUL or half a surrogate pair',
      abort: true,
    })
    .refine(
      (value) => min === 0 || [...value].length >= min,
      `must have at least ${counted(min, 'character')}`,
    )
    .refine(
      (value) => value.length <= max || [...value].length <= max,
      `must have at most ${counted(max, 'character')}`,
    )
    .openapi(bounds);
}
