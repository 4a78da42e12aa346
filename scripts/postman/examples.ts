/** Saved answers of a request, as Postman shows them beside it, from the examples of its description. */
import { STATUS_CODES } from 'node:http';
import type { Operation } from './collection.ts';

/** Its success, and the first code of every refusal that is its own. */
export function savedAnswers(request: object, { responses }: Operation): object[] {
  return Object.entries(responses).flatMap(([status, { description = '', content }]) => {
    const { example, examples = {} } = content?.['application/json'] ?? {};
    const [code, first] = Object.entries(examples)[0] ?? [];
    const body = example ?? first?.value;
    if (body === undefined) return [];
    return {
      name: `${status} ${code ?? description}`,
      originalRequest: request,
      status: STATUS_CODES[status] ?? '',
      code: Number(status),
      _postman_previewlanguage: 'json',
      header: [{ key: 'Content-Type', value: 'application/json' }],
      body: JSON.stringify(body, null, 2),
    };
  });
}
