/** Where documents have the same method and path: their bodies on each other's mounts, and which of them answers below /api. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Person, signUp } from '../helpers/people.ts';
import { call, expectError, uniqueAddress } from './api.ts';
import { type Entry, filled, meetings } from './meetings.ts';

interface Refusal {
  error: { message: string; details?: { field: string; message: string }[] };
}

let ada: Person;

beforeAll(async () => {
  ada = await signUp('Ada');
});

/** What is said of a body with these names, none of which has a value that anybody takes. */
async function refusalOf(method: string, path: string, names: string[]) {
  const json = Object.fromEntries(names.map((name) => [name, {}]));
  const headers = { 'x-forwarded-for': uniqueAddress() };
  const answer = await call<Refusal>(method, filled(path), { token: ada.token, json, headers });
  expectError(answer, 400, 'invalid_input');
  return answer.body.error;
}

const has = (names: string[], some: string[]) => some.every((name) => names.includes(name));
const title = ({ method, united }: Entry) => `${method} ${united}`;

/** What the document needs and no other knows at this path. */
const ownWords = (one: Entry, there: Entry[]) =>
  one.required.filter((name) => !there.some((other) => other !== one && other.names.includes(name)));

/** All pairs of those who meet. */
const pairs = meetings.flatMap((there) =>
  there.flatMap((one) => there.filter((other) => other !== one).map((other) => ({ there, one, other }))),
);

describe("a body of another document on a document's mount", () => {
  const foreign = pairs
    .filter(({ one, other }) => other.document !== 'connectbest' && !has(one.names, other.required))
    .map(({ one, other }) => ({ ...other, title: title(other), speaker: one.document, said: one.names }));

  it.each(foreign)(
    'is refused where $speaker speaks to $document at $title, and what is missing is named',
    async ({ method, path, required, said }) => {
      const { details } = await refusalOf(method, path, said);
      for (const field of required.filter((name) => !said.includes(name))) {
        expect(details).toContainEqual({ field, message: 'is missing' });
      }
    },
  );
});

/** As little as the document needs, that with each other field, and everything. */
const bodiesOf = ({ names, required }: Entry): string[][] => [
  ...(required.length > 0 ? [required] : []),
  ...names.filter((name) => !required.includes(name)).map((name) => [...required, name]),
  names,
];

describe('a body below /api', () => {
  const spoken = meetings.flatMap((there) =>
    there.flatMap((one) =>
      bodiesOf(one).map((said) => ({ ...one, title: title(one), there, said, words: said.join(', ') })),
    ),
  );

  it.each(spoken)(
    'with $words at $title is read as $document does, or another that knows all of it',
    async ({ method, united, there, said }) => {
      const able = there.filter(({ names }) => has(names, said));
      const own = await Promise.all(able.map(({ path }) => refusalOf(method, path, said)));
      expect(own).toContainEqual(await refusalOf(method, united, said));
    },
  );

  const decided = meetings.filter((there) => there.every((one) => ownWords(one, there).length > 0));
  const undecided = decided.flatMap((there) => {
    const [first] = there;
    const shared = there.flatMap(({ names }, index) =>
      names.filter((name) => there.slice(0, index).some((other) => other.names.includes(name))),
    );
    const words = there.flatMap((one) => ownWords(one, there));
    return first
      ? [[], ...new Set(shared)].map((name) => ({
          ...first,
          title: title(first),
          said: [name].flat(),
          only: name.length > 0 ? name : 'nothing',
          words,
        }))
      : [];
  });

  it.each(undecided)(
    'that says only $only at $title is told what decides',
    async ({ method, united, said, words }) => {
      const { message, details = [] } = await refusalOf(method, united, said);
      expect(details.map(({ field }) => field).sort()).toEqual(words.toSorted());
      for (const word of words) expect(message).toContain(word);
    },
  );

  const mixed = pairs
    .filter(({ there }) => decided.includes(there))
    .map(({ there, one, other }) => ({
      ...one,
      title: title(one),
      other: other.document,
      said: [...new Set([...one.names, ...other.required])],
      words: [one, other].map((entry) => ownWords(entry, there)),
    }));

  it.each(mixed)(
    'of $document and $other at $title is refused, and both are named',
    async ({ method, united, said, words }) => {
      const { message } = await refusalOf(method, united, said);
      for (const some of words) expect(some.filter((word) => message.includes(word))).not.toEqual([]);
    },
  );
});
