/** Signing in, counted by account and address, and telling by no haste whether there is such an account. */
import type { Context } from 'hono';
import { ApiError } from '../_shared/errors.ts';
import type { Limits } from '../_shared/limits.ts';

/** How long a refusal takes, in milliseconds: Auth looks at no password where there is no account, and is faster. */
const REFUSAL_TAKES = 400;

/** `account` is what names it, in lowercase. @throws rate_limited, and what `signIn` throws */
export async function countLogin<T>(
  c: Context<{ Variables: { limits: Limits } }>,
  account: string,
  signIn: () => Promise<T>,
): Promise<T> {
  const attempt = await c.var.limits.takeLogin(c, account);
  const earliest = performance.now() + REFUSAL_TAKES;
  try {
    const session = await signIn();
    await attempt.succeeded();
    return session;
  } catch (cause) {
    const reason = cause instanceof ApiError ? cause.code : '';
    if (reason === 'second_factor_required') await attempt.isNotCounted();
    if (reason === 'invalid_credentials') await until(earliest);
    throw cause instanceof ApiError && reason === 'invalid_code' ? cause.at('verificationCode') : cause;
  }
}

const until = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
