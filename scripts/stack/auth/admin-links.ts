/** Links that the operator asks for: sent as an invitation, or handed back to be delivered by other means. */
import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { askBeforeCreation, creating, providerMetadata, tellAfterCreation } from './accounts.ts';
import { audit, OPERATOR } from './audit.ts';
import { keepCode } from './codes.ts';
import { type Json, type UserRow, updateUser } from './database.ts';
import { AuthError, emailTaken, invalid } from './errors.ts';
import { insertIdentity } from './identities.ts';
import { type Code, codeFor, sendInvite } from './letters.ts';
import { linkOf } from './mail.ts';
import { hashPassword, requirePassword } from './passwords.ts';
import { allowedRedirect, redirectOf } from './redirects.ts';
import { type Read, readBody, shape, toEmail } from './request.ts';
import { type Service, serving } from './service.ts';
import { newUser } from './signup.ts';
import { requireOperator } from './tokens.ts';
import { findUser, insertUser, presentUser, requireRow, setRole } from './users.ts';

const INVITE = shape('InviteParams', { email: 'string', data: 'object' });
const LINK = shape('GenerateLinkParams', {
  type: 'string',
  email: 'string',
  new_email: 'string',
  password: 'string',
  data: 'object',
  redirect_to: 'string',
});
type Body = Read<typeof LINK>;

const TYPES = ['signup', 'invite', 'magiclink', 'recovery', 'email_change_current', 'email_change_new'];

function requireEmail(value: string): string {
  if (!value) throw invalid('An email address is required');
  return toEmail(value);
}

export function inviteRoutes(base: Service): Hono {
  const app = new Hono();
  app.post('/', async (c) => {
    const service = serving(base, c);
    await requireOperator(service, c);
    const body = await readBody(c, INVITE);
    const email = requireEmail(body.email);
    const redirectTo = redirectOf(c, service.config);
    const id = await withUser(service, email, body.data ?? {}, async (inner, user) => {
      await audit(inner.db, OPERATOR, 'user_invited', { user_id: user.id, user_email: email });
      await sendInvite(inner, user, { redirectTo });
    });
    return c.json(await presentUser(service.db, id));
  });
  return app;
}

export function linkRoutes(base: Service): Hono {
  const app = new Hono();
  app.post('/', async (c) => {
    const service = serving(base, c);
    await requireOperator(service, c);
    const body = await readBody(c, LINK);
    const email = requireEmail(body.email);
    if (!TYPES.includes(body.type)) throw invalid(`Invalid email action link type requested: ${body.type}`);
    const redirectTo = body.redirect_to
      ? allowedRedirect(service.config, body.redirect_to)
      : redirectOf(c, service.config);
    const { id, type, code, shownHash } = await generate(service, body, email);
    return c.json({
      ...(await presentUser(service.db, id)),
      action_link: linkOf(service.config, {
        hash: code.hash,
        type: type.replace(/_(current|new)$/, ''),
        redirectTo,
      }),
      email_otp: code.code,
      hashed_token: shownHash ?? code.hash,
      verification_type: type,
      redirect_to: redirectTo,
    });
  });
  return app;
}

interface Generated {
  id: string;
  /** What the link verifies, as the answer calls it. */
  type: string;
  code: Code;
  shownHash?: string;
}

async function generate(service: Service, body: Body, email: string): Promise<Generated> {
  const { db, config } = service;
  const user = await findUser(db, { email });
  const code = codeFor(service, email);
  if (body.type === 'signup' || body.type === 'invite' || (body.type === 'magiclink' && !user)) {
    const type = body.type === 'magiclink' ? 'signup' : body.type;
    if (body.type === 'signup') {
      if (!body.password) throw invalid('Signup requires a valid password');
      requirePassword(config, body.password);
    }
    const id = await withUser(
      service,
      email,
      body.data ?? {},
      async (inner, row) => {
        const now = new Date();
        if (type === 'invite') {
          await audit(inner.db, OPERATOR, 'user_invited', { user_id: row.id, user_email: email });
        }
        const invited = type === 'invite' ? { invited_at: now } : {};
        const changes = { ...invited, confirmation_token: code.hash, confirmation_sent_at: now };
        await updateUser(inner.db, row.id, changes);
        await keepCode(inner.db, row.id, 'confirmation_token', email, code.hash);
      },
      type === 'signup' ? body.password || randomBytes(32).toString('base64url') : undefined,
    );
    return { id, type, code };
  }
  if (!user) throw new AuthError(404, 'user_not_found', 'User with this email not found');
  if (body.type === 'magiclink' || body.type === 'recovery') {
    await creating(service, async ({ db: tx }) => {
      await audit(tx, user, 'user_recovery_requested');
      await updateUser(tx, user.id, { recovery_token: code.hash, recovery_sent_at: new Date() });
      await keepCode(tx, user.id, 'recovery_token', email, code.hash);
    });
    return { id: user.id, type: body.type, code };
  }
  return changeLink(service, user, body, code);
}

/** The new address's own hash opens the link; the answer shows another one, as recorded. */
async function changeLink(service: Service, user: UserRow, body: Body, code: Code): Promise<Generated> {
  const newEmail = requireEmail(body.new_email);
  if (await findUser(service.db, { email: newEmail })) throw emailTaken();
  const isNew = body.type === 'email_change_new';
  const kind = isNew ? 'email_change_token_new' : 'email_change_token_current';
  const address = isNew ? newEmail : (user.email ?? '');
  const kept = isNew ? codeFor(service, newEmail) : code;
  await creating(service, async ({ db: tx }) => {
    await updateUser(tx, user.id, {
      email_change: newEmail,
      email_change_sent_at: new Date(),
      email_change_confirm_status: 0,
      [kind]: kept.hash,
    });
    await keepCode(tx, user.id, kind, address, kept.hash);
  });
  return { id: user.id, type: body.type, code: kept, shownHash: code.hash };
}

/** Does something to the user with this address, made when there is none. */
async function withUser(
  service: Service,
  email: string,
  metadata: Json,
  run: (service: Service, user: UserRow) => Promise<void>,
  password?: string,
): Promise<string> {
  const known = await findUser(service.db, { email });
  if (known?.email_confirmed_at) throw emailTaken();
  const user = known
    ? undefined
    : newUser(service, {
        email,
        hashedPassword: password ? await hashPassword(password) : null,
        userMetadata: metadata,
        appMetadata: providerMetadata('email'),
      });
  if (user) await askBeforeCreation(service, user);
  const id = await creating(service, async (inner) => {
    let id = known?.id;
    if (user) {
      id = await insertUser(inner.db, user);
      await setRole(inner.db, id);
      const data = { sub: id, email, email_verified: false, phone_verified: false };
      await insertIdentity(inner.db, id, 'email', id, data);
    }
    const row = await requireRow(inner.db, id as string);
    await run(inner, row);
    return row.id;
  });
  if (user) await tellAfterCreation(service, id);
  return id;
}
