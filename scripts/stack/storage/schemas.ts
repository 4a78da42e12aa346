/** Checks requests against JSON Schemas; the texts are Ajv's, which the real server passes on. */
import { Ajv, type Schema } from 'ajv';
import { invalidRequest } from './errors.ts';

const ajv = new Ajv({ coerceTypes: 'array', useDefaults: true, removeAdditional: true, strict: false });
// A part of the real server's own schemas that shows in its messages.
ajv.addKeyword({ keyword: 'finite', validate: (_: unknown, value: unknown) => Number.isFinite(value) });

/** The largest number that the database takes where it counts rows. */
export const MOST_ROWS = 2_147_483_647;

/** Returns the value with defaults filled in and types coerced, or throws what is wrong with it. */
export type Check = (value: unknown) => unknown;

export function compile(part: 'body' | 'querystring', schema: Schema): Check {
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return value;
    const problems = validate.errors ?? [];
    throw invalidRequest(
      problems.map((problem) => `${part}${problem.instancePath} ${problem.message}`).join(', '),
      'Error',
    );
  };
}
