/** What a Postman collection tells, so that it runs from an empty account to a closed one. */
import type { DocumentName } from '../contracts/mounts.ts';

export interface Step {
  name: string;
  /** As the document writes it, with `{{variables}}` in the place of parameters. */
  request: string;
  /** Whose token goes with it; nobody's unless given. */
  as?: 'token' | 'bobToken' | 'cyToken' | 'adminToken';
  /** The document whose shape the answer has, where all of them answer. */
  speaks?: DocumentName;
  body?: unknown;
  /** Form fields; those that name a file begin with `@`. */
  form?: Record<string, string>;
  /** The first success that the API's description lists, unless given. */
  status?: number;
  /** Variables for later steps, each with its place in the answer. */
  save?: Record<string, string>;
  /** Lines of a script that looks at the answer besides. */
  tests?: string[];
}

export interface Chapter {
  name: string;
  steps: Step[];
}
