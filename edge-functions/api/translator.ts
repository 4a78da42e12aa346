/** Our errors in the words of a document: its statuses, its name for channels, and those for the fields that they are about. */
import { ApiError } from '../_shared/errors.ts';

type ByCode<Value> = Readonly<Record<string, Value>>;

/**
 * `statuses` where the document asks for another one than ours, `fields` by the codes of the errors about them, `place`
 * for what people talk in.
 */
export const translator =
  (statuses: ByCode<number>, fields: ByCode<string>, place = 'channel') =>
  (error: ApiError) => {
    const message = error.message.replace(CHANNEL, `$1 ${place}`);
    const field = fields[error.code] ?? fieldOf(error.cause);
    return error.with({
      status: statuses[error.code],
      message,
      details: error.details ?? (field ? [{ field, message }] : undefined),
    });
  };

/** As our sentences speak of one. */
const CHANNEL = /\b(the|this|such|create|read|update|delete) channel\b/g;

/** Some rules of the database name the field themselves: "field: before". */
function fieldOf(cause: unknown): string | undefined {
  const { details } = (cause ?? {}) as { details?: unknown };
  return typeof details === 'string' ? /^field: (\w+)$/.exec(details)?.[1] : undefined;
}

/** For `catch`: refusals with these codes are about what a field of this request names, which is then wrong input. */
export const wrongFields =
  (fields: ByCode<string> = {}) =>
  (error: unknown): never => {
    const field = error instanceof ApiError ? fields[error.code] : undefined;
    if (!(error instanceof ApiError) || field === undefined) throw error;
    throw error.with({ status: 400, details: [{ field, message: error.message }] });
  };

export const wrongField = (field: string, ...codes: string[]) =>
  wrongFields(Object.fromEntries(codes.map((code) => [code, field])));
