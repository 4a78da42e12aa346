/** Taking an identity away from one's account. */
import { Hono } from 'hono';
import { audit } from './audit.ts';
import { transaction, updateUser } from './database.ts';
import { AuthError } from './errors.ts';
import { identitiesOf } from './identities.ts';
import { uuidParam } from './request.ts';
import type { Service } from './service.ts';
import { requireUser } from './tokens.ts';
import { updateProviders } from './users.ts';

export function requireManualLinking({ config }: Service): void {
  if (!config.manualLinkingEnabled)
    throw new AuthError(404, 'manual_linking_disabled', 'Manual linking is disabled');
}

export function identityRoutes(service: Service): Hono {
  const app = new Hono();
  app.delete('/:identity_id', async (c) => {
    const { user } = await requireUser(service, c);
    requireManualLinking(service);
    const id = uuidParam(c, 'identity_id');
    await transaction(service.db, async (tx) => {
      const identities = await identitiesOf(tx, user.id);
      if (identities.length <= 1) {
        throw new AuthError(
          422,
          'single_identity_not_deletable',
          'User must have at least 1 identity after unlinking',
        );
      }
      const identity = identities.find((row) => row.id === id);
      if (!identity) throw new AuthError(422, 'identity_not_found', "Identity doesn't exist");
      const { provider, provider_id } = identity;
      await audit(tx, user, 'identity_unlinked', { identity_id: id, provider, provider_id });
      await tx`delete from auth.identities where id = ${id}`;
      if (provider === 'phone') await updateUser(tx, user.id, { phone: null, phone_confirmed_at: null });
      await updateProviders(tx, user.id);
    });
    return c.json({});
  });
  return app;
}
