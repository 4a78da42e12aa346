/** How often somebody may call: counted in Postgres, which all instances of a function share; rules are rows there. */
import type { Context } from 'hono';
import { addressOf, networkOf } from './address.ts';
import { hex, sha256 } from './digest.ts';
import { ApiError } from './errors.ts';
import { type Passing, whilePassing } from './passing.ts';
import { isApiKey, run, type Supabase } from './supabase.ts';

/** What is counted together: a name of `chat_private.rate_limit_rules`. */
export type Bucket = 'api' | 'api_send' | 'api_upload' | 'api_login' | 'api_visitor' | 'api_refused';

interface Allowance {
  caller_id: string | null;
  /** Null where the window is being counted elsewhere, and this call was not. */
  is_accepted: boolean | null;
  calls: number | null;
  remaining: number | null;
  reset: number | null;
}

export interface Limits {
  /**
   * Counts a call of whoever holds the token and returns who that is; with `isAskedFirst` the gate looks at tokens too
   * that it has let through before. @throws rate_limited, and what the gate refuses
   */
  takeAsCaller(
    c: Context,
    bucket: Bucket,
    token: string,
    options?: { isAskedFirst?: boolean },
  ): Promise<string>;
  /**
   * Counts the call with the first request that `work` makes of the database, which must be the one that changes
   * something; afterwards where that counted nothing. @throws as above
   */
  takeInPassing(
    c: Context,
    bucket: Bucket,
    token: string,
    work: (caller: string) => Promise<void>,
  ): Promise<void>;
  /** Counts nothing more for the owner of this token, which was refused, until Postgres has accepted it again. */
  forget(token: string): void;
  /** Counts a call from the address of somebody without a token. @throws rate_limited */
  takeAsVisitor(c: Context, bucket: Bucket): Promise<void>;
  /** Counts a try to sign in, for this account (in lowercase) from this address. @throws rate_limited */
  takeLogin(c: Context, account: string): Promise<Login>;
}

/** What a counted try to sign in came to; a wrong one just stays counted. */
export interface Login {
  /** It was good: earlier tries are forgotten too. */
  succeeded(): Promise<void>;
  /** It only asks for the second factor: this one was no try. Forgetting more would give free tries at the factor. */
  isNotCounted(): Promise<void>;
}

/** How often, and after how many milliseconds, a window that is being counted elsewhere is asked for again. */
const MAX_TRIES = 100;
const PAUSE = 20;

export function createLimits(supabase: Supabase, { trustedProxies }: { trustedProxies: number }): Limits {
  const takeMany = inBatches((calls: { bucket: Bucket; key: string }[]) =>
    run(
      'answer',
      supabase.asServer().rpc('take_api_calls', {
        buckets: calls.map(({ bucket }) => bucket),
        keys: calls.map(({ key }) => key),
      }),
    ),
  );
  /** Whose the tokens are that Postgres has accepted: what one says of itself is not to be counted against anybody. */
  const owners = new Map<string, string>();

  const originOf = (c: Context) => networkOf(addressOf(c, trustedProxies));

  const take = async (c: Context, bucket: Bucket, key: string): Promise<void> =>
    decide(c, await patiently(() => takeMany({ bucket, key })));

  /** Waits here for a window that is being counted elsewhere: in the database that would take up a connection. */
  async function patiently(ask: () => Promise<Allowance>): Promise<Allowance> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const allowance = await ask();
      if (allowance.is_accepted !== null) return allowance;
      await new Promise((resolve) => setTimeout(resolve, PAUSE * (1 + Math.random())));
    }
    const message = 'unable to answer; too many requests of yours are under way, try again later';
    throw new ApiError('service_unavailable', 503, message);
  }

  return {
    async takeInPassing(c, bucket, token, work) {
      const owner = owners.get(token);
      if (!owner) return work(await this.takeAsCaller(c, bucket, token));
      const passing: Passing = { bucket, isCounted: false, countApart: () => take(c, bucket, owner) };
      await whilePassing(passing, () => work(owner));
      if (!passing.isCounted) return owners.has(token) ? take(c, bucket, owner) : undefined;
      for (const name of ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']) {
        if (passing.headers) c.header(name, passing.headers.get(name) ?? '');
      }
    },

    async takeAsCaller(c, bucket, token, { isAskedFirst = false } = {}) {
      const known = isAskedFirst ? undefined : owners.get(token);
      if (known) {
        await take(c, bucket, known);
        return known;
      }
      const client = supabase.asCaller(token);
      const allowance = await patiently(() => run('answer', client.rpc('take_api_call', { bucket })));
      const owner = allowance.caller_id ?? '';
      // A key is looked up each time, which notes its use.
      if (!isApiKey(token)) remember(owners, token, owner);
      decide(c, allowance);
      return owner;
    },

    forget: (token) => owners.delete(token),

    takeAsVisitor: (c, bucket) => take(c, bucket, originOf(c)),

    async takeLogin(c, account) {
      // Neither mail addresses nor texts of any length belong into the table.
      const key = hex(await sha256(`${account} ${originOf(c)}`));
      await take(c, 'api_login', key);
      const giveBack = async (calls?: number) => {
        const args = { bucket: 'api_login', key, ...(calls && { calls }) };
        await supabase.asServer().rpc('return_api_calls', args).throwOnError();
      };
      return { succeeded: () => giveBack(), isNotCounted: () => giveBack(1) };
    },
  };
}

/** Says in headers what is left, and refuses when that is nothing. */
function decide(c: Context, { is_accepted, calls, remaining, reset }: Allowance): void {
  if (calls === null || reset === null) return;
  c.header('RateLimit-Limit', String(calls));
  c.header('RateLimit-Remaining', String(remaining));
  c.header('RateLimit-Reset', String(reset));
  if (is_accepted) return;
  throw new ApiError('rate_limited', 429, `unable to answer; too many requests, try again in ${reset} s`, {
    retryAfter: reset,
  });
}

/** One call for all that ask while the one before is under way: busy times cost Postgres hardly more than quiet ones. */
function inBatches<In, Out>(work: (inputs: In[]) => Promise<Out[]>): (input: In) => Promise<Out> {
  interface Waiting {
    input: In;
    resolve(output: Out): void;
    reject(reason: unknown): void;
  }
  const waiting: Waiting[] = [];
  let isBusy = false;

  async function workOff(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 100);
      try {
        const outputs = await work(batch.map(({ input }) => input));
        batch.forEach(({ resolve }, index) => {
          resolve(outputs[index] as Out);
        });
      } catch (reason) {
        for (const { reject } of batch) reject(reason);
      }
    }
    isBusy = false;
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!isBusy) void workOff();
    });
}

const MAX_OWNERS = 10_000;

function remember(owners: Map<string, string>, token: string, owner: string): void {
  if (owners.size >= MAX_OWNERS) {
    const [oldest] = owners.keys();
    if (oldest) owners.delete(oldest);
  }
  owners.set(token, owner);
}
