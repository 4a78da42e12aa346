/** ConnectBest's statuses and field names for our errors. */
import { ApiError } from '../../../_shared/errors.ts';

/** Where the document asks for another status than ours. */
const STATUSES: Record<string, number> = {
  // What was deleted is gone.
  message_deleted: 404,
  user_already_exists: 400,
  weak_password: 400,
};

/** Which field of the document a rule of the database or of Auth is about. */
const FIELDS: Record<string, string> = {
  user_already_exists: 'email',
  weak_password: 'password',
  cannot_target_oneself: 'userId',
  file_empty: 'files',
  file_type_not_allowed: 'files',
  invalid_channel_kind: 'type',
  invalid_code: 'code',
  invalid_description: 'description',
  invalid_file_name: 'files',
  invalid_name: 'name',
  invalid_phone: 'phone',
  invalid_reason: 'reason',
  invalid_scopes: 'scopes',
  invalid_emoji: 'emoji',
  invalid_parent: 'parentMessageId',
  invalid_search: 'query',
  invalid_slug: 'name',
  invalid_status: 'statusMessage',
  invalid_timezone: 'preferences.timezone',
  invalid_token: 'token',
  message_empty: 'content',
  message_too_long: 'content',
  slug_taken: 'name',
  too_many_mentions: 'content',
  too_many_notifications: 'notificationIds',
};

export function translateError(error: ApiError): ApiError {
  const field = FIELDS[error.code] ?? fieldOf(error.cause);
  return error.with({
    status: STATUSES[error.code],
    details: error.details ?? (field ? [{ field, message: error.message }] : undefined),
  });
}

/** Some rules of the database name the field themselves: "field: before". */
function fieldOf(cause: unknown): string | undefined {
  const { details } = (cause ?? {}) as { details?: unknown };
  return typeof details === 'string' ? /^field: (\w+)$/.exec(details)?.[1] : undefined;
}

/** For `catch`: refusals that are about what one field of this request names, which is then wrong input. */
export const wrongField =
  (field: string, ...codes: string[]) =>
  (error: unknown): never => {
    if (!(error instanceof ApiError && codes.includes(error.code))) throw error;
    throw error.with({ status: 400, details: [{ field, message: error.message }] });
  };
