/** What the operator's key may do: list, make, change and delete users. */
import { Hono } from 'hono';
import { type Config, seconds } from './config.ts';
import { type Db, transaction, type UserRow } from './database.ts';
import { AuthError } from './errors.ts';
import { hashPassword, requirePassword } from './passwords.ts';
import { address, readBody } from './request.ts';
import { verifyToken } from './sessions.ts';
import { createUser, findUser, identitiesOf, toUser } from './users.ts';

const DEFAULT_PAGE = 50;

export function adminRoutes(db: Db, config: Config): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    const { role } = await verifyToken(config, c.req.header('authorization'));
    if (!config.jwt.adminRoles.includes(role)) throw new AuthError(403, 'not_admin', 'User not allowed');
    await next();
  });

  app.get('/users', async (c) => {
    const size = Math.min(Number(c.req.query('per_page')) || DEFAULT_PAGE, 1000);
    const page = Math.max(Number(c.req.query('page')) || 1, 1);
    const rows = await db<UserRow[]>`
      select * from auth.users where deleted_at is null
       order by created_at desc limit ${size} offset ${(page - 1) * size}`;
    const [total] = await db<{ count: number }[]>`
      select count(*)::int as count from auth.users where deleted_at is null`;
    c.header('x-total-count', String(total?.count ?? 0));
    return c.json({ users: rows.map((row) => toUser(row, null)), aud: config.jwt.audience });
  });

  app.post('/users', async (c) => {
    const body = await readBody(c);
    const email = address(body.email);
    if (!email) {
      throw new AuthError(400, 'validation_failed', 'Cannot create a user without either an email or phone');
    }
    if (await findUser(db, { email })) {
      throw new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
    }
    const hashedPassword = typeof body.password === 'string' ? await hashPassword(body.password) : null;
    const id = await transaction(db, (tx) =>
      createUser(tx, {
        email,
        hashedPassword,
        metadata: (body.user_metadata ?? {}) as Record<string, unknown>,
        isConfirmed: body.email_confirm === true,
      }),
    );
    return c.json(await answer(db, id));
  });

  app.get('/users/:id', async (c) => c.json(await answer(db, c.req.param('id'))));

  app.put('/users/:id', async (c) => {
    const id = c.req.param('id');
    await answer(db, id);
    const body = await readBody(c);
    await transaction(db, async (tx) => {
      if (typeof body.password === 'string') {
        requirePassword(config, body.password);
        await tx`update auth.users set encrypted_password = ${await hashPassword(body.password)} where id = ${id}`;
        await tx`delete from auth.sessions where user_id = ${id}`;
      }
      if (typeof body.ban_duration === 'string') {
        const until =
          body.ban_duration === 'none' ? null : new Date(Date.now() + seconds(body.ban_duration) * 1000);
        await tx`update auth.users set banned_until = ${until} where id = ${id}`;
      }
      if (body.email_confirm === true)
        await tx`update auth.users set email_confirmed_at = now() where id = ${id}`;
      if (body.user_metadata) {
        await tx`
          update auth.users set raw_user_meta_data =
            jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || ${tx.json(body.user_metadata as never)}) where id = ${id}`;
      }
      await tx`update auth.users set updated_at = now() where id = ${id}`;
    });
    return c.json(await answer(db, id));
  });

  app.delete('/users/:id', async (c) => {
    const id = c.req.param('id');
    await answer(db, id);
    await db`delete from auth.users where id = ${id}`;
    return c.json({});
  });
  return app;
}

async function answer(db: Db, id: string): Promise<Record<string, unknown>> {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  if (!isUuid) throw new AuthError(404, 'validation_failed', 'user_id must be an UUID');
  const user = await findUser(db, { id });
  if (!user) throw new AuthError(404, 'user_not_found', 'User not found');
  return toUser(user, await identitiesOf(db, id));
}
