/** Which passwords are allowed, and how they are kept. */
import { hash, verify } from '@node-rs/bcrypt';
import type { Config } from './config.ts';
import { AuthError, invalid } from './errors.ts';

/** The cost the real server uses. */
const COST = 10;
/** What bcrypt reads of a password, in bytes. */
const LONGEST = 72;

export async function hashPassword(password: string): Promise<string> {
  return (await hash(password, { cost: COST })).replace(/^\$2b\$/, '$2a$');
}

/** Also takes its time when there is nothing to compare with, so that addresses cannot be told apart. */
export async function isPassword(password: string, hashed: string | null): Promise<boolean> {
  const matches = await verify(password, hashed || NOBODY).catch(() => false);
  return matches && Boolean(hashed);
}

const NOBODY = '$2a$10$abcdefghijklmnopqrstuuK6T4VKcJ5r0a0mSZ7Iu1zGm1a3tHfmu';

export function requirePassword(config: Config, password: string): void {
  if (Buffer.byteLength(password) > LONGEST) throw invalid('Password cannot be longer than 72 characters');
  const found = weaknesses(config, password);
  if (!found) return;
  throw new AuthError(422, 'weak_password', found.message, { weak_password: { reasons: found.reasons } });
}

/** In which ways a password falls short of the rules; null when it does not. */
export function weaknesses(config: Config, password: string): { reasons: string[]; message: string } | null {
  const { minLength, requiredCharacters } = config.password;
  const reasons: string[] = [];
  const messages: string[] = [];
  if (password.length < minLength) {
    reasons.push('length');
    messages.push(`Password should be at least ${minLength} characters.`);
  }
  const isMissing = (set: string) => ![...set].some((character) => password.includes(character));
  if (requiredCharacters.some(isMissing)) {
    reasons.push('characters');
    const sets = requiredCharacters.join(', ');
    messages.push(`Password should contain at least one character of each: ${sets}.`);
  }
  return reasons.length > 0 ? { reasons, message: messages.join(' ') } : null;
}
