/** Who may do what with which table and function, from the lists in access/; what is missing from them fails. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ACTIONS,
  ACTORS,
  type AccessFile,
  attempt,
  type Call,
  createWorld,
  expectedCode,
  expectedOutcome,
  type Outcome,
  type Subject,
  type World,
} from '../helpers/access.ts';
import { type Db, database, refusal, rolledBack } from '../helpers/database.ts';

const subjects: [string, Subject][] = [];
const calls: [string, Call][] = [];
const folder = new URL('access/', import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
  const file = (await import(new URL(name, folder).href)) as AccessFile;
  subjects.push(...Object.entries(file.subjects ?? {}));
  calls.push(...Object.entries(file.calls ?? {}));
}

const results = new Map<string, string>();

beforeAll(() =>
  rolledBack(async (db) => {
    const world = await createWorld(db);
    for (const actor of ACTORS) {
      for (const [name, { given, statements }] of subjects) {
        for (const action of ACTIONS) {
          const trial = attempt(db, world, actor, { given, run: statements[action] });
          results.set(`${name}/${actor}/${action}`, await outcome(trial));
        }
      }
      for (const [name, call] of calls) {
        results.set(`${name}/${actor}`, await code(db, world, actor, call));
      }
    }
  }),
);

afterAll(() => database.end());

/** 42501: no grant or no policy; 55000: a view that cannot be written at all; the others: the gate refuses. */
const DENIALS = ['42501', '55000', 'account_suspended', 'session_expired'];

async function outcome(trial: Promise<{ count: number }>): Promise<Outcome> {
  const refused = await refusal(trial);
  if (refused === undefined) return (await trial).count > 0 ? 'allowed' : 'hidden';
  expect(DENIALS).toContain(refused);
  return 'denied';
}

async function code(db: Db, world: World, actor: (typeof ACTORS)[number], { given, call }: Call) {
  const refused = await refusal(attempt(db, world, actor, { given, run: call }));
  return refused === undefined ? 'ok' : DENIALS.includes(refused) ? 'denied' : refused;
}

describe('tables and views', () => {
  for (const [name, subject] of subjects) {
    const cells = ACTORS.flatMap((actor) =>
      ACTIONS.map((action) => [actor, action, expectedOutcome(subject, actor, action)] as const),
    );
    it.each(cells)(`${name}: %s may %s → %s`, (actor, action, result) => {
      expect(results.get(`${name}/${actor}/${action}`)).toBe(result);
    });
  }

  it('of schema chat are all in the list', async () => {
    const rows = await database`
      select relname from pg_class
      where relnamespace = 'chat'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by relname`;
    expect(subjects.map(([name]) => name).sort()).toEqual(rows.map((row) => row.relname));
  });
});

describe('functions', () => {
  for (const [name, call] of calls) {
    const cells = ACTORS.map((actor) => [actor, expectedCode(call, actor)] as const);
    it.each(cells)(`${name}: %s → %s`, (actor, expected) => {
      expect(results.get(`${name}/${actor}`)).toBe(expected);
    });
  }

  it('of schema chat are all in the list', async () => {
    const rows = await database`
      select distinct proname from pg_proc
      where pronamespace = 'chat'::regnamespace and prorettype <> 'trigger'::regtype order by proname`;
    const listed = new Set(calls.map(([name]) => name.replace(/ \(.*/, '')));
    expect([...listed].sort()).toEqual(rows.map((row) => row.proname));
  });
});
