/** What is said of a wrong value where its schema says nothing itself: the rule, so that whoever reads it knows what to send. */
import type { z } from '@hono/zod-openapi';

const KINDS: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a string',
};

const MISSING = 'is missing';

const UNITS: Record<string, string> = { array: 'item', string: 'character' };

export const ruleOf: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? MISSING : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      if (issue.input === undefined) return MISSING;
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    case 'invalid_format':
      return issue.format === 'datetime' ? 'must be a time (ISO 8601)' : 'has the wrong form';
    case 'invalid_key':
      return `has a name that ${issue.issues.map(({ message }) => message).join(', ')}`;
    case 'too_small':
      return bound('least', issue.minimum, issue.origin);
    case 'too_big':
      return bound('most', issue.maximum, issue.origin);
    default:
      return undefined;
  }
};

function bound(word: 'least' | 'most', limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  return unit ? `must have at ${word} ${counted(limit, unit)}` : `must be at ${word} ${limit}`;
}

export const counted = (count: number | bigint, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
