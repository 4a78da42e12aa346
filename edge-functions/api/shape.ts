/** Shapes of answers: how each looks, and how it is told of what an operation gives. */
import { z } from '@hono/zod-openapi';
import type { Deps } from './deps.ts';

export interface Shape<Given, Schema extends z.ZodType> {
  schema: Schema;
  from: (given: Given, deps: Deps) => z.input<Schema>;
}

export type AnyShape = Shape<never, z.ZodType>;

/** How a field looks, and how it is read from a row. */
interface Word<Row, Schema extends z.ZodType> {
  schema: Schema;
  read: (row: Row, deps: Deps) => z.input<Schema>;
}

export const word = <Row, Schema extends z.ZodType>(
  schema: Schema,
  read: (row: Row, deps: Deps) => z.input<Schema>,
): Word<Row, Schema> => ({ schema, read });

type Words = Record<string, Word<never, z.ZodType>>;

/** What has all columns that these words are read from. */
type RowOf<Used extends Words> = Used[keyof Used]['read'] extends (row: infer Row, deps: Deps) => unknown
  ? Row
  : never;

type Fields<Used extends Words> = { [Name in keyof Used]: Used[Name]['schema'] };

/** `title` is what the description calls it. */
export function shapeOf<Used extends Words>(
  title: string,
  words: Used,
): Shape<RowOf<Used>, z.ZodObject<Fields<Used>>> {
  const used = Object.entries<Words[string]>(words);
  const schema = z.object(Object.fromEntries(used.map(([name, { schema }]) => [name, schema])));
  return {
    schema: schema.openapi(title) as never,
    from: (row, deps) =>
      Object.fromEntries(used.map(([name, { read }]) => [name, read(row as never, deps)])) as never,
  };
}

/**
 * Shapes of the words for one kind of row, with the fields in the order in which they are named; `own` are words that
 * only this shape has, instead of those or besides.
 */
export const shapesOf =
  <All extends Words>(all: All) =>
  <Name extends keyof All & string, Own extends Words = Record<never, never>>(
    title: string,
    names: Name[],
    own?: Own,
  ) =>
    shapeOf(title, {
      ...Object.fromEntries(names.map((name) => [name, all[name]])),
      ...own,
    } as Omit<Pick<All, Name>, keyof Own> & Own);

/** A list of these. */
export const many = <Given, Schema extends z.ZodType>({
  schema,
  from,
}: Shape<Given, Schema>): Shape<readonly Given[], z.ZodArray<Schema>> => ({
  schema: z.array(schema),
  from: (all, deps) => all.map((given) => from(given, deps)),
});

/** What a document says of a thing that is done. */
export const sentence = (words: string) => z.string().openapi({ example: words });

/** The answer of what has nothing to say but that it is done. */
export const saying = (words: string) => ({
  schema: z.object({ message: sentence(words) }),
  from: () => ({ message: words }),
});

/** The same beside what was made, in its field `message`. */
export const alsoSaying = <Given, Shown extends z.core.$ZodLooseShape>(
  words: string,
  { schema, from }: Shape<Given, z.ZodObject<Shown>>,
) => ({
  schema: z.object({ ...schema.shape, message: sentence(words) }),
  from: (given: Given, deps: Deps) => ({ ...from(given, deps), message: words }),
});
