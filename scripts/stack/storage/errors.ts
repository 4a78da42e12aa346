/** The errors of the Storage API: each has the number, label, text and code that the real server gives it. */
import postgres from 'postgres';

export class StorageError extends Error {
  /** The status in the body; the HTTP status is 400 for most of them. */
  readonly statusCode: number;
  readonly label: string;
  readonly code: string;
  readonly httpStatus: number;

  constructor(
    statusCode: number,
    label: string,
    code: string,
    message: string,
    options: { httpStatus?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.statusCode = statusCode;
    this.label = label;
    this.code = code;
    this.httpStatus = options.httpStatus ?? 400;
  }

  toJSON(): Record<string, string> {
    return {
      statusCode: String(this.statusCode),
      error: this.label,
      message: this.message,
      code: this.code,
    };
  }
}

export const noSuchBucket = () =>
  new StorageError(404, 'Bucket not found', 'NoSuchBucket', 'Bucket not found');

export const noSuchKey = () => new StorageError(404, 'not_found', 'NoSuchKey', 'Object not found');

export const accessDenied = (message: string, httpStatus = 400) =>
  new StorageError(403, 'Unauthorized', 'AccessDenied', message, { httpStatus });

export const bucketNotEmpty = () =>
  new StorageError(
    409,
    'ResourceNotEmpty',
    'ResourceNotEmpty',
    'The bucket you tried to delete is not empty',
  );

export const invalidBucketName = () =>
  new StorageError(400, 'Invalid Input', 'InvalidBucketName', 'Bucket name invalid');

export const invalidKey = (detail: string) =>
  new StorageError(400, 'InvalidKey', 'InvalidKey', `Invalid key: ${detail}`);

export const invalidMimeType = (message: string) =>
  new StorageError(415, 'invalid_mime_type', 'InvalidMimeType', message);

export const tooLarge = () =>
  new StorageError(
    413,
    'Payload too large',
    'EntityTooLarge',
    'The object exceeded the maximum allowed size',
  );

export const invalidRange = () =>
  new StorageError(416, 'invalid_range', 'InvalidRange', 'invalid range provided', { httpStatus: 416 });

export const invalidToken = (message: string) => new StorageError(400, 'InvalidJWT', 'InvalidJWT', message);

export const invalidSignature = (message = 'Invalid signature') =>
  new StorageError(400, 'InvalidSignature', 'InvalidSignature', message);

export const invalidParameter = (name: string) =>
  new StorageError(400, 'InvalidParameter', 'InvalidParameter', `Invalid Parameter ${name}`);

/** The label says which layer refused: `Error` is the check of the request's shape. */
export const invalidRequest = (message: string, label = 'InvalidRequest', statusCode = 400) =>
  new StorageError(statusCode, label, 'InvalidRequest', message);

export const internalError = (cause: unknown) =>
  new StorageError(500, 'Internal', 'InternalError', 'Internal server error', { httpStatus: 500, cause });

const DENIED_BY_POLICY = 'new row violates row-level security policy';

/** What a failed query means to the client; anything but a database error stays as it is. */
export function fromDatabase(error: unknown): unknown {
  if (error instanceof StorageError) return error;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (!(error instanceof postgres.PostgresError)) {
    // The driver's own failures (no connection, say) are plain errors with a code.
    return typeof code === 'string' && /^(E[A-Z]+|CONNECT)/.test(code) ? databaseError(code, error) : error;
  }
  switch (error.code) {
    case '42501':
      return accessDenied(error.message.startsWith(DENIED_BY_POLICY) ? DENIED_BY_POLICY : 'Access denied');
    case '23505':
      return duplicate(
        error.constraint_name === 'bucketid_objname' ? 'KeyAlreadyExists' : 'BucketAlreadyExists',
      );
    case '23503':
      return new StorageError(404, 'InvalidRequest', 'InvalidRequest', 'The related resource does not exist');
    case '22008':
      return invalidRequest('The request contains a date that does not exist');
    case '22021':
    case '22P05':
      return invalidRequest('The request contains a character that cannot be stored');
    default:
      return databaseError(error.code, error);
  }
}

/** Whether a failed transaction may have been committed all the same. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (!(error instanceof StorageError)) return true;
  const { cause } = error;
  return cause instanceof postgres.PostgresError ? cause.severity !== 'ERROR' : cause !== undefined;
}

export const duplicate = (code: string) =>
  new StorageError(409, 'Duplicate', code, 'The resource already exists');

function databaseError(code: string, cause: unknown): StorageError {
  return new StorageError(500, 'DatabaseError', 'DatabaseError', `database error, code: ${code}`, {
    httpStatus: 500,
    cause,
  });
}
