/** All documents under one prefix: where one path means several things, what the body says decides. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { type Context, type Handler, Hono } from 'hono';
import { maybeSignedIn } from '../_shared/caller.ts';
import { ApiError } from '../_shared/errors.ts';
import type { Method, Served } from './dialect.ts';

/** What may answer a method and path. */
interface Candidate {
  path: string;
  /** Names that its body needs. */
  needs: string[];
  /** Names that its body may have. */
  knows: string[];
  /** None for the first document, which answers after everybody else. */
  handlers: Handler[];
}

interface Meeting {
  method: Method;
  candidates: Candidate[];
}

/** What a body says; null and empty text are in it and say nothing. */
interface Names {
  said: string[];
  empty: string[];
}

/**
 * What the other documents answer beside `first`, to be asked before it: it keeps every path of its own, unless the body
 * speaks another document's language.
 */
export function unite(first: OpenAPIHono, others: Served[]): Hono {
  const union = new Hono();
  const met = meetings(first, others);
  // Where others have an id the first may have a word of its own: `/users/profile` beside `/users/{id}`.
  const words = new Set(
    met
      .filter(({ candidates: [leader] }) => leader?.handlers.length === 0 && !leader.path.includes('{'))
      .map(({ method, candidates: [leader] }) => `${method} /api${leader?.path}`),
  );
  const on = (method: Method, path: string, handler: Handler) =>
    union.on(method.toUpperCase(), toPattern(path), (c, next) =>
      path.includes('{') && words.has(`${method} ${c.req.path}`) ? next() : handler(c, next),
    );
  for (const { method, candidates } of met) {
    const [leader] = candidates;
    const isOnlyPath = candidates.every(({ knows }) => knows.length === 0);
    // Where no body decides, the first document keeps what is its own.
    if (leader?.handlers.length === 0 && (isOnlyPath || candidates.length === 1)) continue;
    if (candidates.length > 1) {
      on(method, leader?.path ?? '', async (c, next) => {
        const names = isOnlyPath ? undefined : await readNames(c);
        // Of what cannot be read the first says what is wrong with it.
        const chosen = names ? choose(candidates, names) : leader;
        if (!(chosen instanceof ApiError)) {
          c.set('chosen', chosen);
          return next();
        }
        // Counted as any call, though nobody answers it.
        return maybeSignedIn.middleware(c, () => Promise.reject(chosen));
      });
    }
    for (const [index, candidate] of candidates.entries()) {
      const successor = isOnlyPath ? candidates[index + 1] : undefined;
      for (const handler of candidate.handlers) {
        const guarded = candidates.length > 1 ? guard(candidate, successor, handler) : handler;
        on(method, candidate.path, guarded);
      }
    }
  }
  return union;
}

/** Everything that some document answers, with the first document's candidate before the others'. */
function meetings(first: OpenAPIHono, others: Served[]): Meeting[] {
  const found = new Map<string, Meeting>();
  const add = (method: Method, candidate: Candidate) => {
    const key = `${method} ${candidate.path.replaceAll(/\{\w+\}/g, '{}')}`;
    const meeting = found.get(key) ?? { method, candidates: [] };
    meeting.candidates.push(candidate);
    found.set(key, meeting);
  };
  for (const definition of first.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { method, path, request } = definition.route;
    add(method as Method, { path, ...namesOf(request?.body?.content['application/json']), handlers: [] });
  }
  for (const { endpoints } of others) {
    for (const { method, path, definition, handlers } of endpoints) {
      add(method, { path, ...namesOf({ schema: definition.body }), handlers });
    }
  }
  return [...found.values()];
}

function namesOf(content: object | undefined): { needs: string[]; knows: string[] } {
  const schema = content && 'schema' in content ? content.schema : undefined;
  if (!(schema instanceof z.ZodObject)) return { needs: [], knows: [] };
  const fields = Object.entries<z.ZodType>(schema.shape);
  return {
    needs: fields.filter(([, field]) => !field.safeParse(undefined).success).map(([name]) => name),
    knows: fields.map(([name]) => name),
  };
}

/** The candidate whose names these are; a refusal where they are those of two, or where nothing decides. */
function choose(candidates: Candidate[], { said, empty }: Names): Candidate | ApiError | undefined {
  const words = candidates.map((candidate) => ownWords(candidate, candidates));
  const isSaid = (name: string) => said.includes(name);
  const speakers = candidates.filter((_, index) => words[index]?.some(isSaid));
  if (speakers.length > 1) {
    return refusal('send only one of', words.flat().filter(isSaid), 'stands beside another of them');
  }
  if (speakers.length === 1) return speakers[0];

  if (words.every(({ length }) => length > 0)) {
    return refusal('send one of', words.flat(), 'is missing, and so are the others');
  }
  const shared = (names: string[], { knows }: Candidate) =>
    names.filter((name) => knows.includes(name)).length;
  const [best] = candidates.toSorted(
    (one, other) => shared(said, other) - shared(said, one) || shared(empty, other) - shared(empty, one),
  );
  return best;
}

/** What a candidate needs and no other knows. */
const ownWords = (candidate: Candidate, candidates: Candidate[]): string[] =>
  candidate.needs.filter((name) =>
    candidates.every((other) => other === candidate || !other.knows.includes(name)),
  );

function refusal(request: string, fields: string[], message: string): ApiError {
  const details = fields.map((field) => ({ field, message }));
  return new ApiError('invalid_input', 400, `unable to answer; ${request} ${fields.join(', ')}`, { details });
}

const AnyObject = z.record(z.string(), z.unknown());

async function readNames(c: Context): Promise<Names | undefined> {
  try {
    const text = await c.req.text();
    const { data: body } = AnyObject.safeParse(text.trim() ? JSON.parse(text) : {});
    if (!body) return undefined;
    const fields = Object.entries(body);
    const isEmpty = ([, value]: [string, unknown]) => value === null || value === '';
    const names = (some: [string, unknown][]) => some.map(([name]) => name);
    return { said: names(fields.filter((field) => !isEmpty(field))), empty: names(fields.filter(isEmpty)) };
  } catch {
    return undefined;
  }
}

/** Answers for this candidate only; where it knows nothing of what is asked for, its successor is asked. */
const guard =
  (candidate: Candidate, successor: Candidate | undefined, handler: Handler): Handler =>
  async (c, next) => {
    if (c.get('chosen') !== candidate) return next();
    try {
      return await handler(c, next);
    } catch (error) {
      if (!successor || !(error instanceof ApiError) || error.status !== 404) throw error;
      c.set('chosen', successor);
      return next();
    }
  };

const toPattern = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');
