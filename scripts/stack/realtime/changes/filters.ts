/** Filters of a binding: `column=operator.value`, several joined by commas. */

export interface Condition {
  column: string;
  operator: string;
  value: string;
  isNegated: boolean;
}

export class UnreadableFilter extends Error {
  override name = 'UnreadableFilter';
}

/** What stands between column and value in SQL; `null` where the value takes a form of its own. */
const OPERATORS: Record<string, string | null> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
  is: null,
  in: null,
};
const ON_TEXT = new Set(['like', 'ilike', 'match', 'imatch']);
const TRUTHS = new Set(['null', 'true', 'false', 'unknown']);
const MOST_LIST_VALUES = 100;

/** @throws UnreadableFilter with the text that clients get. */
export function parseFilter(filter: string): Condition[] {
  return filter === '' ? [] : splitOutsideQuotes(filter).map(parseCondition);
}

function parseCondition(text: string): Condition {
  const [, column, rest] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (column === undefined || rest === undefined) throw unreadable([text]);
  const isNegated = rest.startsWith('not.');
  const [, operator = '', value] = /^([^.]*)\.(.*)$/s.exec(isNegated ? rest.slice(4) : rest) ?? [];
  if (value === undefined) throw unreadable([rest]);
  if (!Object.hasOwn(OPERATORS, operator)) throw unreadable([operator, value]);
  if (operator === 'is' && !TRUTHS.has(value.toLowerCase())) throw unreadable([operator, value]);
  if (operator === 'in' && (!/^\(.*\)$/s.test(value) || listOf(value).length > MOST_LIST_VALUES)) {
    throw unreadable([operator, value]);
  }
  return { column, operator, value, isNegated };
}

function unreadable(parts: string[]): UnreadableFilter {
  return new UnreadableFilter(
    `Error parsing \`filter\` params: [${parts.map((part) => JSON.stringify(part)).join(', ')}]`,
  );
}

/**
 * The condition in SQL over `column`, an expression of type `type`. Values go to `parameter`, which returns
 * their placeholder. A comparison with null matches nothing.
 */
export function conditionSql(
  { operator, value, isNegated }: Condition,
  column: string,
  type: string,
  parameter: (value: string) => string,
): string {
  let test: string;
  if (operator === 'is') {
    test = `${column} is ${value.toLowerCase()}`;
  } else if (operator === 'in') {
    const values = listOf(value).map((item) => `${parameter(item)}::text::${type}`);
    test = values.length === 0 ? 'false' : `${column} in (${values.join(', ')})`;
  } else if (ON_TEXT.has(operator)) {
    test = `${column}::text ${OPERATORS[operator]} ${parameter(unquote(value))}::text`;
  } else {
    test = `${column} ${OPERATORS[operator]} ${parameter(unquote(value))}::text::${type}`;
  }
  return `coalesce(${isNegated ? `not (${test})` : test}, false)`;
}

/** The values that must be of the column's type. */
export function typedValues({ operator, value }: Condition): string[] {
  if (operator === 'is' || ON_TEXT.has(operator)) return [];
  return operator === 'in' ? listOf(value) : [unquote(value)];
}

function listOf(value: string): string[] {
  const inner = value.slice(1, -1);
  return inner === '' ? [] : splitOutsideQuotes(inner).map((item) => unquote(item.trim()));
}

function unquote(value: string): string {
  return /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : value;
}

/** Splits at commas that stand neither in quotes nor in parentheses. */
function splitOutsideQuotes(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (isQuoted && char === '\\') {
      parts.push(`${parts.pop()}${char}${text.charAt(++i)}`);
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && char === '(') depth++;
    else if (!isQuoted && char === ')') depth--;
    if (char === ',' && !isQuoted && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${char}`);
  }
  return parts;
}
