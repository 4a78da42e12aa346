/** What the documents promise: their endpoints, events and requirements, drawn from the inventory of all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIR } from '../stack/stack.ts';
import { DOCUMENTS, type DocumentName } from './mounts.ts';

export interface Endpoint {
  /** Which document describes it, and where. */
  id: string;
  method: string;
  path: string;
  auth: string;
  success: number;
  /** The statuses that the document states or that its rules imply. */
  errors: number[];
}

/** An event of a socket, or anything else that a document asks for. */
interface Demand {
  id: string;
  text: string;
}

export interface Inventory {
  endpoints: Endpoint[];
  events: Demand[];
  requirements: Demand[];
}

export const endpointName = ({ method, path }: Endpoint): string => `${method} ${path}`;

export function readInventory(document: DocumentName): Inventory {
  return JSON.parse(readFileSync(join(PROJECT_DIR, `tests/contract/${document}.json`), 'utf8'));
}

interface Entry {
  id: string;
  seed: number;
  kind: 'http' | 'ws-event' | 'requirement';
  method: string;
  path: string;
  auth: string;
  event?: string;
  responses: Record<string, unknown>;
  inferred_responses: Record<string, unknown>;
  recommended?: { status?: number };
  requirements: string[];
}

/** The same as `contracts.json` has it. */
export function drawInventory(file: string, document: DocumentName): Inventory {
  const entries = (JSON.parse(readFileSync(file, 'utf8')) as Entry[]).filter(
    ({ seed }) => DOCUMENTS[seed] === document,
  );
  const ofKind = (wanted: Entry['kind']) => entries.filter(({ kind }) => kind === wanted);
  return {
    endpoints: ofKind('http').map(toEndpoint),
    events: ofKind('ws-event').map(({ id, path, event }) => ({ id, text: `${path} ${event}` })),
    requirements: ofKind('requirement').map(({ id, requirements }) => ({ id, text: requirements.join(' ') })),
  };
}

function toEndpoint({ id, method, path, auth, responses, inferred_responses, recommended }: Entry): Endpoint {
  const stated = Object.keys(responses).map(Number);
  const implied = Object.keys(inferred_responses).map(Number);
  const errors = new Set([...stated, ...implied].filter((status) => status >= 400));
  return {
    id,
    method,
    path,
    auth,
    success: stated.find((status) => status < 400) ?? recommended?.status ?? 200,
    errors: [...errors].sort((a, b) => a - b),
  };
}
