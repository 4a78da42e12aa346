/** Why a join is refused, in the words that clients branch on: a code, then a sentence. */
import { DatabaseUnavailable } from './database.ts';
import { UnreadableSettings } from './join-settings.ts';
import { type Log, reasonOf } from './log.ts';
import { TokenError, type TokenFault } from './tokens.ts';

export class JoinRefused extends Error {
  override name = 'JoinRefused';
}

export const TOO_MANY_JOINS = 'ClientJoinRateLimitReached: Too many joins per second';

const TOKEN_CODES: Record<TokenFault, string> = {
  malformed: 'MalformedJWT',
  signature: 'JwtSignatureError',
  signer: 'JwtSignerError',
  claims: 'InvalidJWTToken',
  expired: 'InvalidJWTToken',
};

export function reasonOfRefusal(error: unknown, log: Log): string {
  if (error instanceof JoinRefused) return error.message;
  if (error instanceof TokenError) return `${TOKEN_CODES[error.fault]}: ${error.message}`;
  if (error instanceof DatabaseUnavailable) return `${error.code}: ${error.message}`;
  if (error instanceof UnreadableSettings) {
    return 'UnknownErrorOnChannel: no function clause matching in Access.get/3';
  }
  log('join_failed', { reason: reasonOf(error) });
  return 'Unknown Error on Channel';
}
