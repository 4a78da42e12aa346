/** The one error the SDK throws. */
import { type ErrorCode, errorCodes } from './error-codes.ts';

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'network_unavailable',
  'service_unavailable',
  'rate_limited',
]);

/**
 * What every method of the SDK throws. Branch on `code`, never on `message`.
 *
 * @example
 * try { await channel.messages.send('hi'); }
 * catch (error) { if (isChatError(error) && error.code === 'not_a_member') await channel.join(); }
 */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** Seconds to wait before trying again, when the server said so. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { status?: number; cause?: unknown; retryAfter?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status ?? errorCodes[code];
    this.retryable = RETRYABLE.has(code);
    this.retryAfter = options.retryAfter;
  }
}

/** Whether a caught value is a {@link ChatError}, also one from another copy of the SDK. */
export function isChatError(value: unknown): value is ChatError {
  return value instanceof Error && value.name === 'ChatError' && 'code' in value;
}
