/** What the operator's key may do with users: list, make, change and delete them. */
import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { creating, providerMetadata } from './accounts.ts';
import { audit, OPERATOR } from './audit.ts';
import { seconds } from './config.ts';
import { type Db, type FactorRow, type Json, transaction, type UserRow, updateUser } from './database.ts';
import { AuthError, emailTaken, invalid } from './errors.ts';
import { removeFactor } from './factors.ts';
import { identitiesOf, insertIdentity, setIdentityData, toIdentity } from './identities.ts';
import { hashPassword, requirePassword } from './passwords.ts';
import { isUuid, type Read, readBody, shape, toEmail, toPhone, uuidParam } from './request.ts';
import { type Service, serving } from './service.ts';
import { newUser } from './signup.ts';
import { requireOperator } from './tokens.ts';
import { setPassword } from './user.ts';
import {
  confirmEmail,
  factorsOf,
  findUser,
  insertUser,
  mergeAppMetadata,
  mergeUserMetadata,
  presentChanged,
  presentUser,
  setRole,
  toFactor,
  toUser,
} from './users.ts';

const BODY = shape('AdminUserParams', {
  id: 'string',
  aud: 'string',
  role: 'string',
  email: 'string',
  phone: 'string',
  password: 'string?',
  password_hash: 'string',
  email_confirm: 'bool',
  phone_confirm: 'bool',
  user_metadata: 'object',
  app_metadata: 'object',
  ban_duration: 'string',
});
type Body = Read<typeof BODY>;
const FACTOR = shape('adminUserUpdateFactorParams', { friendly_name: 'string', phone: 'string' });
const DELETE = shape('adminUserDeleteParams', { should_soft_delete: 'bool' });

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 1000;

export function adminRoutes(base: Service): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await requireOperator(base, c);
    await next();
  });

  app.get('/users', async (c) => {
    const { db, config } = base;
    const filter = c.req.query('filter');
    const like = `%${filter ?? ''}%`;
    const condition = filter
      ? db`where email like ${like} or raw_user_meta_data->>'full_name' ilike ${like}`
      : db``;
    const { size, offset } = page(c);
    const rows = await db<UserRow[]>`
      select * from auth.users ${condition} order by created_at desc, id limit ${size} offset ${offset}`;
    const [total] = await db<{ count: number }[]>`select count(*)::int as count from auth.users ${condition}`;
    paginate(c, total?.count ?? 0);
    return c.json({ users: rows.map((row) => toUser(row, null)), aud: config.jwt.audience });
  });

  app.get('/audit', async (c) => {
    const { size, offset } = page(c);
    const rows = await base.db`
      select id, payload, created_at, ip_address from auth.audit_log_entries
       order by created_at desc limit ${size} offset ${offset}`;
    const [total] = await base.db<{ count: number }[]>`
      select count(*)::int as count from auth.audit_log_entries`;
    paginate(c, total?.count ?? 0);
    return c.json([...rows]);
  });

  app.post('/users', async (c) => {
    const service = serving(base, c);
    const id = await create(service, await readBody(c, BODY));
    return c.json(await presentChanged(service.db, { id, confirmed_at: null }));
  });

  app.get('/users/:user_id', async (c) => c.json(await presentUser(base.db, (await found(base, c)).id)));

  app.put('/users/:user_id', async (c) => {
    const user = await found(base, c);
    const body = await readBody(c, BODY);
    const identities = (await identitiesOf(base.db, user.id)).map(toIdentity);
    await change(serving(base, c), user, body);
    const answer = await presentChanged(base.db, user);
    // The answer shows new identities, but the known ones as they were.
    const known = new Map(identities.map((identity) => [identity.identity_id, identity]));
    answer.identities = (answer.identities as Json[]).map((now) => known.get(now.identity_id) ?? now);
    return c.json(answer);
  });

  app.delete('/users/:user_id', async (c) => {
    const user = await found(base, c);
    const text = await c.req.text();
    const isSoft = text !== '' && (await readBody(c, DELETE)).should_soft_delete === true;
    await transaction(base.db, async (tx) => {
      await audit(tx, OPERATOR, 'user_deleted', traits(user));
      if (!isSoft) await tx`delete from auth.users where id = ${user.id}`;
      else if (!user.deleted_at) await obscure(tx, user);
    });
    return c.json({});
  });

  app.get('/users/:user_id/factors', async (c) =>
    c.json((await factorsOf(base.db, (await found(base, c)).id)).map(toFactor)),
  );

  app.put('/users/:user_id/factors/:factor_id', async (c) => {
    const user = await found(base, c);
    const factor = await foundFactor(base.db, user, c);
    const { friendly_name, phone } = await readBody(c, FACTOR);
    await base.db`
      update auth.mfa_factors set updated_at = now(), friendly_name = ${friendly_name || factor.friendly_name},
        phone = ${phone && factor.factor_type === 'phone' ? toPhone(phone) : factor.phone}
       where id = ${factor.id}`;
    const { id: factor_id, factor_type } = factor;
    await audit(base.db, user, 'factor_updated', { user_id: user.id, factor_id, factor_type });
    return c.json(toFactor(await foundFactor(base.db, user, c)));
  });

  app.delete('/users/:user_id/factors/:factor_id', async (c) => {
    const user = await found(base, c);
    const factor = await foundFactor(base.db, user, c);
    await transaction(base.db, async (tx) => {
      await removeFactor(tx, factor);
      await audit(tx, user, 'factor_deleted', { user_id: user.id, factor_id: factor.id });
    });
    return c.json(toFactor(factor));
  });
  return app;
}

async function found({ db }: Service, c: Context): Promise<UserRow> {
  const user = await findUser(db, { id: uuidParam(c, 'user_id') });
  if (!user) throw new AuthError(404, 'user_not_found', 'User not found');
  return user;
}

async function foundFactor(db: Db, user: UserRow, c: Context): Promise<FactorRow> {
  const id = uuidParam(c, 'factor_id');
  const factor = (await factorsOf(db, user.id)).find((row) => row.id === id);
  if (!factor) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  return factor;
}

const traits = (user: Pick<UserRow, 'id' | 'email' | 'phone'>): Json => ({
  user_id: user.id,
  user_email: user.email ?? '',
  user_phone: user.phone ?? '',
});

function page(c: Context) {
  const number = (name: string, otherwise: number) => {
    const text = c.req.query(name);
    if (!text) return otherwise;
    if (!/^\d{1,15}$/.test(text)) {
      throw invalid(
        `Bad Pagination Parameters: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      );
    }
    return Number(text);
  };
  const size = Math.min(number('per_page', DEFAULT_PAGE), LARGEST_PAGE);
  const asked = number('page', 1);
  return { size, asked, offset: Math.max(asked - 1, 0) * size };
}

/** Tells how many there are and where the next ones and the last ones are. */
function paginate(c: Context, total: number): void {
  const { size, asked } = page(c);
  const last = Math.max(1, Math.ceil(total / Math.max(size, 1)));
  const link = (number: number, rel: string) => {
    const query = new URLSearchParams({ ...c.req.query(), page: String(number) });
    query.sort();
    return `<${c.req.path}?${query}>; rel="${rel}"`;
  };
  c.header('x-total-count', String(total));
  c.header('link', [...(asked < last ? [link(asked + 1, 'next')] : []), link(last, 'last')].join(', '));
}

function banEnd(duration: string): Date | null {
  if (duration === 'none') return null;
  const length = seconds(duration);
  const end = new Date(Date.now() + length * 1000);
  if (Number.isNaN(end.getTime())) {
    throw invalid(`invalid format for ban duration: time: invalid duration ${JSON.stringify(duration)}`);
  }
  return end;
}

async function create(service: Service, body: Body): Promise<string> {
  const { db } = service;
  const email = body.email ? toEmail(body.email) : undefined;
  const phone = body.phone ? toPhone(body.phone) : undefined;
  if (!email && !phone) throw invalid('Cannot create a user without either an email or phone');
  if (email && (await findUser(db, { email }))) throw emailTaken();
  if (phone && (await findUser(db, { phone }))) {
    throw new AuthError(422, 'phone_exists', 'Phone number already registered by another user');
  }
  if (body.id && !isUuid(body.id)) throw invalid('ID must conform to the uuid v4 format');
  if (body.password && body.password_hash) {
    throw invalid('Only a password or a password hash should be provided');
  }
  if (body.password_hash && !/^\$(2[aby]|argon2)/.test(body.password_hash)) {
    throw invalid('Invalid password hash');
  }
  const bannedUntil = body.ban_duration ? banEnd(body.ban_duration) : undefined;
  const providers = [...(email ? ['email'] : []), ...(phone ? ['phone'] : [])];
  const hashed = body.password_hash || (body.password ? await hashPassword(body.password) : null);
  const user = newUser(service, {
    ...(body.id ? { id: body.id } : {}),
    email,
    phone,
    hashedPassword: hashed,
    userMetadata: body.user_metadata ?? {},
    appMetadata: providerMetadata(...providers),
  });
  return creating(service, async (inner) => {
    const tx = inner.db;
    const id = await insertUser(tx, { ...user, aud: body.aud || user.aud });
    const data = { sub: id, email_verified: false, phone_verified: false };
    if (email) await insertIdentity(tx, id, 'email', id, { ...data, email });
    if (phone) await insertIdentity(tx, id, 'phone', id, { ...data, phone });
    await audit(tx, OPERATOR, 'user_signedup', {
      provider: providers[0],
      ...traits({ id, email: email ?? null, phone: phone ?? null }),
    });
    await setRole(tx, id, body.role || undefined);
    // What a trigger has written into the metadata on insert gives way to what the operator asked for.
    if (body.app_metadata) await mergeAppMetadata(tx, id, body.app_metadata);
    if (body.email_confirm && email) await confirmEmail(tx, id);
    if (body.phone_confirm && phone) await updateUser(tx, id, { phone_confirmed_at: new Date() });
    if (bannedUntil !== undefined) await updateUser(tx, id, { banned_until: bannedUntil });
    return id;
  });
}

async function change(service: Service, user: UserRow, body: Body): Promise<void> {
  const { config, db } = service;
  const { id } = user;
  const email = body.email ? toEmail(body.email) : undefined;
  const phone = body.phone ? toPhone(body.phone) : undefined;
  const bannedUntil = body.ban_duration ? banEnd(body.ban_duration) : undefined;
  if (body.password !== undefined) requirePassword(config, body.password);
  await transaction(db, async (tx) => {
    if (body.role) await setRole(tx, id, body.role);
    if (body.email_confirm && !user.email_confirmed_at) await confirmEmail(tx, id);
    if (body.phone_confirm && !user.phone_confirmed_at) {
      await updateUser(tx, id, { phone_confirmed_at: new Date() });
    }
    if (body.password !== undefined) await setPassword(tx, id, body.password);
    if (email && email !== user.email) {
      await setIdentityData(tx, id, 'email', { email, email_verified: body.email_confirm ?? false });
      await updateUser(tx, id, { email });
    }
    if (phone && phone !== user.phone) {
      await setIdentityData(tx, id, 'phone', { phone, phone_verified: body.phone_confirm ?? false });
      await updateUser(tx, id, { phone });
    }
    if (body.app_metadata) await mergeAppMetadata(tx, id, body.app_metadata);
    if (body.user_metadata) await mergeUserMetadata(tx, id, body.user_metadata);
    if (bannedUntil !== undefined) await updateUser(tx, id, { banned_until: bannedUntil });
    await audit(tx, OPERATOR, 'user_modified', traits(user));
  });
}

/** Keeps the row and hides whose it was; the same person may sign up anew. */
async function obscure(db: Db, user: UserRow): Promise<void> {
  const { id } = user;
  const hidden = (value: string | null) =>
    createHash('sha256')
      .update(id + (value ?? ''))
      .digest('base64url');
  const hiddenPhone = (value: string | null) => hidden(value).slice(0, 15);
  await updateUser(db, id, {
    email: hidden(user.email),
    phone: hiddenPhone(user.phone),
    email_change: hidden(user.email_change),
    phone_change: hiddenPhone(user.phone_change),
    encrypted_password: null,
    deleted_at: new Date(),
    confirmation_token: '',
    recovery_token: '',
    email_change_token_new: '',
    email_change_token_current: '',
    phone_change_token: '',
    reauthentication_token: '',
  });
  await db`update auth.users set raw_user_meta_data = '{}', raw_app_meta_data = '{}' where id = ${id}`;
  await db`delete from auth.one_time_tokens where user_id = ${id}`;
  await db`delete from auth.sessions where user_id = ${id}`;
  const identities = await db<{ id: string; provider_id: string }[]>`
    update auth.identities set identity_data = '{}', updated_at = now() where user_id = ${id} returning id, provider_id`;
  for (const identity of identities) {
    await db`update auth.identities set provider_id = ${hidden(identity.provider_id)} where id = ${identity.id}`;
  }
}
