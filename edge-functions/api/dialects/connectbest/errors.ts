/** ConnectBest's statuses and field names for our errors. */
import type { ApiError } from '../../../_shared/errors.ts';

/** Where the document asks for another status than ours. */
const STATUSES: Record<string, number> = { user_already_exists: 400, weak_password: 400 };

/** Which field of the document a rule of the database or of Auth is about. */
const FIELDS: Record<string, string> = {
  user_already_exists: 'email',
  weak_password: 'password',
  file_empty: 'files',
  file_type_not_allowed: 'files',
  invalid_code: 'code',
  invalid_file_name: 'files',
  invalid_name: 'name',
  invalid_scopes: 'scopes',
  message_empty: 'content',
  message_too_long: 'content',
};

export function translateError(error: ApiError): ApiError {
  const field = FIELDS[error.code];
  return error.with({
    status: STATUSES[error.code],
    details: error.details ?? (field ? [{ field, message: error.message }] : undefined),
  });
}
