/** Every function of the API with hostile arguments, from the catalogue: each call succeeds or is refused with a code of ours. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../sdk/src/error-codes.ts';
import { type Actor, attempt, createWorld, type World } from '../helpers/access.ts';
import { type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

const NOBODY = '00000000-0000-0000-0000-000000000000';
const array = (items: readonly string[]) => `{${items.join(',')}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** By type, as text; null is tried with each. */
const HOSTILE: Record<string, readonly string[]> = {
  uuid: [NOBODY, 'ffffffff-ffff-ffff-ffff-ffffffffffff', randomUUID()],
  text: [
    '',
    ' \t\r\n',
    'x',
    '\u202e\u200b',
    '%_\\',
    "'; --",
    '𝕏😀'.repeat(20_000),
    'word '.repeat(40_000),
    '(((*"',
    '\u0001',
  ],
  integer: ['-2147483648', '-1', '0', '201', '2147483647'],
  bigint: ['-9223372036854775808', '-1', '0', '9223372036854775807'],
  boolean: ['true', 'false'],
  'timestamp with time zone': ['infinity', '-infinity', '294276-12-31', '4713-01-01 BC', 'epoch'],
  'time without time zone': ['00:00', '24:00', '23:59:59.999999'],
  jsonb: [
    'null',
    '[]',
    '"x"',
    '1e400',
    nested(3_000),
    `{"a": "${'x'.repeat(16_384)}"}`,
    `{"a": ${nested(3_000)}}`,
    '{"a": "\\u0001"}',
  ],
  'uuid[]': [
    array([]),
    array(['null']),
    array([NOBODY, 'null', NOBODY]),
    array(Array(10_000).fill(NOBODY)),
    array(Array.from({ length: 10_000 }, () => randomUUID())),
    array([array([NOBODY]), array([NOBODY])]),
  ],
  'text[]': [
    array([]),
    array(['null']),
    array(['""']),
    array(Array(10_000).fill('x')),
    array([array(['x']), array(['x'])]),
  ],
  'chat.channel_notification_settings[]': [
    array([]),
    array(['null']),
    array([`"(${NOBODY},t,all)"`, 'null', `"(${NOBODY},,)"`]),
    array([`"(,,x)"`]),
    array(Array(10_000).fill(`"(${NOBODY},f,nothing)"`)),
  ],
  // Rows of the caller's own making, with which nobody calls: what a shape asks for beside the columns.
  'chat.channels': [],
  'chat.messages': [],
  'chat.my_channels': [],
  'chat.profiles': [],
};

interface Parameter {
  name: string;
  type: string;
  is_optional: boolean;
}
interface Procedure {
  name: string;
  is_granted: boolean;
  is_void: boolean;
  parameters: Parameter[];
}

const procedures = (
  await database<Procedure[]>`
    select p.proname as name, has_function_privilege('authenticated', p.oid, 'execute') as is_granted, p.prorettype = 'void'::regtype as is_void, coalesce(jsonb_agg(jsonb_build_object(
             'name', p.proargnames[a.n], 'type', format_type(a.type, null), 'is_optional', a.n > p.pronargs - p.pronargdefaults)
             order by a.n) filter (where a.n is not null), '[]') as parameters
      from pg_proc p left join unnest(p.proargtypes) with ordinality a (type, n) on true
     where p.pronamespace = 'chat'::regnamespace and p.prorettype <> 'trigger'::regtype
     group by p.oid order by p.proname`
).map((row) => ({ ...row }));

/** What lets the call through, so that the hostile argument beside it is what is looked at. */
const usual = (world: World, { name, type }: Parameter): string | null => {
  const values: Record<string, string> = {
    channel_id: world.channel,
    seq: `${world.message.seq}`,
    root_seq: `${world.message.seq}`,
    id: world.message.id,
    user_id: world.users['suspended member'],
    user_ids: array([world.users.stranger]),
    member_ids: array([world.users.stranger]),
    slug: `s-${NOBODY}`,
    role: 'member',
    emoji: '👍',
    mime_type: 'image/png',
    size: '1000',
    status: 'away',
    reason: 'spam',
    query: 'hello',
  };
  if (name in values) return values[name] ?? null;
  return { text: 'hello', jsonb: '{}', bigint: '1', integer: '1', boolean: 'true' }[type] ?? null;
};

const literal = (value: string | null, type: string) =>
  value === null ? `null::${type}` : `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'::${type}`;

/** The call with one argument replaced; optional ones are left out. */
const statement = (
  world: World,
  { name, parameters, is_void }: Procedure,
  hostile?: Parameter,
  value?: string | null,
) => {
  const given = parameters
    .filter((parameter) => parameter === hostile || !parameter.is_optional)
    .map((parameter) => {
      const chosen = parameter === hostile ? (value ?? null) : usual(world, parameter);
      return `${parameter.name} => ${literal(chosen, parameter.type)}`;
    });
  return `select ${is_void ? '1' : 'to_jsonb(answer)::text as answer'} from chat.${name}(${given.join(', ')}) answer`;
};

const ACTORS: readonly Actor[] = ['stranger', 'member', 'channel admin', 'platform admin'];

/** Ours, or that the function is granted to the server alone, where it is. */
const isSane = (code: string | undefined, { is_granted }: Pick<Procedure, 'is_granted'>) =>
  code === undefined || code in errorCodes || (code === '42501' && !is_granted);

/** Times before Christ, beyond the year 9999 or before all: `Date` and most languages read none of them. */
const UNREADABLE = /"-infinity"|"\d{5,}-\d\d-\d\d|\d BC"/;

/** What else comes back: `actor, argument = value: code`, or `kept` for a time that nobody can read. */
async function findings(db: Db, procedure: Procedure): Promise<string[]> {
  const world = await createWorld(db);
  const found: string[] = [];
  for (const actor of ACTORS) {
    for (const parameter of procedure.parameters) {
      for (const value of [null, ...(HOSTILE[parameter.type] ?? [])]) {
        const call = statement(world, procedure, parameter, value);
        const trial = attempt(db, world, actor, { run: (as) => as.unsafe<{ answer?: string }[]>(call) });
        const code = await refusal(trial);
        const isKept =
          code === undefined && (await trial).some(({ answer }) => UNREADABLE.test(answer ?? ''));
        if (isKept || !isSane(code, procedure)) {
          found.push(`${actor}, ${parameter.name} = ${value?.slice(0, 40) ?? null}: ${code ?? 'kept'}`);
        }
      }
    }
  }
  return found;
}

describe('with hostile arguments', () => {
  it.each(procedures.map((procedure) => [procedure.name, procedure] as const))(
    '%s answers with a code of ours or goes through',
    (_name, procedure) => rolledBack(async (db) => expect(await findings(db, procedure)).toEqual([])),
    // Other tests that suspend somebody hold the topic of presence, which a world here needs too.
    60_000,
  );

  it('there is a list for every type of argument', () => {
    const types = procedures.flatMap(({ parameters }) => parameters.map(({ type }) => type));
    expect(types.filter((type) => !(type in HOSTILE))).toEqual([]);
  });
});

it('a raw error of Postgres is told from a code of ours', () => {
  const ofGranted = (code: string | undefined) => isSane(code, { is_granted: true });
  expect(['22P02', '23505', 'P0001', '42501', 'no_such_code'].map(ofGranted)).toEqual(Array(5).fill(false));
  expect([undefined, 'channel_not_found'].map(ofGranted)).toEqual([true, true]);
  expect(isSane('42501', { is_granted: false })).toBe(true);
});
