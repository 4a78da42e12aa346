/** Reads bodies as JSON no stranger than what every reader behind us takes. */
import { createMiddleware } from 'hono/factory';
import { ApiError } from './errors.ts';

const MAX_DEPTH = 32;

/** Refuses JSON in bytes that are no UTF-8, which reading would silently replace, and JSON that is nested too deeply. */
export const requirePlainJson = createMiddleware(async (c, next) => {
  if (isJson(c.req.header('content-type'))) {
    const text = decode(await c.req.arrayBuffer());
    if (isDeeperThan(MAX_DEPTH, text)) {
      const reason = `the body is nested more than ${MAX_DEPTH} levels deep`;
      throw new ApiError('invalid_input', 400, `unable to answer; ${reason}`);
    }
  }
  await next();
});

/** By the media type alone: what stands in its parameters, as a boundary of a form, says nothing. */
const isJson = (type = ''): boolean => /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type);

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: ArrayBuffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ApiError('invalid_input', 400, 'unable to answer; the body is not UTF-8');
  }
}

/**
 * Counts brackets outside of strings, without parsing: a parser would have to survive what is measured here. Looks at
 * each character once; a pattern would begin anew at every quote of a string that never ends.
 */
function isDeeperThan(limit: number, json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}
