/** The endpoints that ConnectBest's document promises, and the same list drawn from the inventory of all documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIR } from '../stack/stack.ts';

export interface Endpoint {
  /** Where the document describes it. */
  section: string;
  method: string;
  path: string;
  auth: string;
  success: number;
  /** The statuses that the document states or that its rules imply. */
  errors: number[];
}

export const endpointName = ({ method, path }: Endpoint): string => `${method} ${path}`;

export function readEndpoints(): Endpoint[] {
  return JSON.parse(readFileSync(join(PROJECT_DIR, 'tests/contract/connectbest.json'), 'utf8'));
}

interface InventoryEntry {
  id: string;
  seed: number;
  kind: string;
  method: string;
  path: string;
  auth: string;
  responses: Record<string, unknown>;
  inferred_responses: Record<string, unknown>;
  recommended?: { status?: number };
}

/** ConnectBest's endpoints as `contracts.json` has them; its section 7 is described elsewhere. */
export function readInventory(file: string): Endpoint[] {
  const entries = JSON.parse(readFileSync(file, 'utf8')) as InventoryEntry[];
  return entries
    .filter(({ id, seed, kind }) => seed === 3 && kind === 'http' && !id.startsWith('S3-7'))
    .map((entry) => {
      const { id, method, path, auth, responses, inferred_responses, recommended } = entry;
      const stated = Object.keys(responses).map(Number);
      const implied = Object.keys(inferred_responses).map(Number);
      const errors = new Set([...stated, ...implied].filter((status) => status >= 400));
      return {
        section: id.replace('S3-', ''),
        method,
        path,
        auth,
        success: stated.find((status) => status < 400) ?? recommended?.status ?? 200,
        errors: [...errors].sort((a, b) => a - b),
      };
    });
}
