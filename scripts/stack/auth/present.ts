/** Answers leave out what is not there. */
import type { Json } from './database.ts';

export const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ''));
