/** API keys as the admin endpoints show them; the document names none, so the shape is ours. */
import { z } from '@hono/zod-openapi';
import { Id, Time, toTime } from './values.ts';

export const Scope = z.enum(['read', 'write', 'admin']);

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    prefix: z.string().openapi({ description: 'The beginning of the secret, to tell keys apart' }),
    scopes: z.array(Scope),
    createdBy: Id.nullable(),
    createdAt: Time,
    expiresAt: Time.nullable(),
    revokedAt: Time.nullable(),
    lastUsedAt: Time.nullable(),
  })
  .openapi('ApiKey', {
    example: {
      id: '0199b2f4-6f1c-7d0a-9b1e-3a5c7e9f1b2d',
      name: 'Ticket system',
      prefix: 'confab_3f9a1c07',
      scopes: ['read', 'write'],
      createdBy: '8b0d6f5e-2a4c-4e1b-9c3d-7f5a1e2b4c6d',
      createdAt: '2026-11-21T09:30:00.000Z',
      expiresAt: '2027-11-21T00:00:00.000Z',
      revokedAt: null,
      lastUsedAt: '2026-11-21T10:15:00.000Z',
    },
  });

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  created_by: string | null;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

const toTimeOrNull = (timestamp: string | null) => (timestamp === null ? null : toTime(timestamp));

export const toApiKey = (row: ApiKeyRow): z.infer<typeof ApiKey> => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: z.array(Scope).parse(row.scopes),
  createdBy: row.created_by,
  createdAt: toTime(row.created_at),
  expiresAt: toTimeOrNull(row.expires_at),
  revokedAt: toTimeOrNull(row.revoked_at),
  lastUsedAt: toTimeOrNull(row.last_used_at),
});
