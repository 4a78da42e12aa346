/** Our errors in the words of a document: its statuses, and its names for the fields that they are about. */
import { ApiError } from '../_shared/errors.ts';

type ByCode<Value> = Readonly<Record<string, Value>>;

/** `statuses` where the document asks for another one than ours, `fields` by the codes of the errors about them. */
export const translator = (statuses: ByCode<number>, fields: ByCode<string>) => (error: ApiError) => {
  const field = fields[error.code] ?? fieldOf(error.cause);
  return error.with({
    status: statuses[error.code],
    details: error.details ?? (field ? [{ field, message: error.message }] : undefined),
  });
};

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
