/** Signing in through a provider's pages: the way there and the way back. */
import { type Context, Hono } from 'hono';
import { tellAfterCreation } from './accounts.ts';
import { type Db, transaction } from './database.ts';
import { AuthError, invalid, unexpected } from './errors.ts';
import { link, resolve } from './external.ts';
import { type FlowRow, findFlow, insertFlow, isFlowExpired, requireChallenge } from './flows.ts';
import { authorizationUrl, exchange, type Granted, requireProvider } from './google.ts';
import { allowedRedirect, redirect, withFragment, withQuery } from './redirects.ts';
import { isUuid } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { nameSession, type Started, startSession } from './sessions.ts';
import { requireUser } from './tokens.ts';
import { requireManualLinking } from './unlink.ts';
import { findUser } from './users.ts';
import { errorParameters, fragment } from './verify.ts';

/** Parameters of ours, which the provider need not see. */
const OWN = ['provider', 'scopes', 'code_challenge', 'code_challenge_method', 'flow_type', 'invite_token'];

export function oauthRoutes(base: Service): Hono {
  const app = new Hono();

  app.get('/authorize', async (c) => redirect(c, await beginAt(base, c), 302));

  app.get('/user/identities/authorize', async (c) => {
    const { user } = await requireUser(base, c);
    requireManualLinking(base);
    const url = await beginAt(base, c, user.id);
    return c.req.query('skip_http_redirect') === 'true' ? c.json({ url }) : redirect(c, url, 302);
  });

  app.on(['GET', 'POST'], '/callback', async (c) => {
    const service = serving(base, c);
    const form = c.req.method === 'POST' ? await c.req.parseBody().catch(() => ({})) : {};
    const parameters: Record<string, unknown> = { ...c.req.query(), ...form };
    const given = (name: string) =>
      typeof parameters[name] === 'string' ? (parameters[name] as string) : '';
    return comeBack(service, c, given);
  });
  return app;
}

async function beginAt({ config, db }: Service, c: Context, linkingTarget?: string): Promise<string> {
  const query = c.req.query();
  const provider = query.provider ?? '';
  requireProvider(config, provider);
  const { code_challenge = '', code_challenge_method = '' } = query;
  const challenge = { code_challenge, code_challenge_method };
  requireChallenge(challenge);
  const state = await insertFlow(db, {
    challenge,
    provider,
    method: 'oauth',
    referrer: allowedRedirect(config, query.redirect_to),
    linkingTarget,
  });
  const passedOn = Object.fromEntries(Object.entries(query).filter(([name]) => !OWN.includes(name)));
  return authorizationUrl(config, state, query.scopes ?? '', passedOn);
}

async function comeBack(service: Service, c: Context, given: (name: string) => string): Promise<Response> {
  const { config, db } = service;
  const reject = (code: string, description: string) => {
    const parameters = { error: 'invalid_request', error_code: code, error_description: description };
    return redirect(c, withQuery(config.siteUrl, parameters), 303);
  };
  const state = given('state');
  if (!state) return reject('bad_oauth_callback', 'OAuth state parameter missing');
  if (!isUuid(state)) return reject('bad_oauth_state', 'OAuth state parameter is invalid');
  const flow = await findFlow(db, state);
  if (!flow) return reject('bad_oauth_state', 'OAuth state not found or expired');
  if (flow.auth_code_issued_at) return reject('flow_state_already_used', 'State has already been used');
  if (isFlowExpired(flow)) return reject('bad_oauth_state', 'OAuth state not found or expired');

  const target = flow.referrer || config.siteUrl;
  const refuse = (parameters: Record<string, string>) =>
    redirect(c, twice(withFragment(withQuery(target, parameters), parameters)), 302);
  const error = given('error');
  if (error) return refuse({ error, error_description: given('error_description') });
  try {
    if (!given('code')) {
      throw new AuthError(
        400,
        'bad_oauth_callback',
        'OAuth callback with missing authorization code missing',
      );
    }
    const granted = await exchange(config, given('code'));
    const outcome = await transaction(db, (tx) => finish(within(service, tx), flow, granted));
    if ('refusal' in outcome) return refuse(errorParameters(outcome.refusal));
    if (outcome.isNew) await tellAfterCreation(service, outcome.userId);
    if ('code' in outcome) return redirect(c, withQuery(target, { code: outcome.code }), 302);
    const { started } = outcome;
    nameSession(c, started.userId, started.sessionId);
    const tokens = { provider_token: granted.accessToken, provider_refresh_token: granted.refreshToken };
    return redirect(c, withFragment(target, { ...fragment(started), ...present(tokens) }), 302);
  } catch (failure) {
    if (failure instanceof AuthError) return refuse(errorParameters(asCallbackError(failure)));
    service.log('callback failed', { reason: (failure as Error).message });
    return refuse(errorParameters(unexpected('Database error saving new user')));
  }
}

/** Here, and nowhere else, the real server encodes the fragment twice. */
const twice = (location: string) => location.replace(/#.*$/s, (fragment) => fragment.replaceAll('%', '%25'));

const present = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));

/** The callback calls a conflict of identities and a closed door by other names than the rest of the server. */
function asCallbackError(error: AuthError): AuthError {
  const statuses: Record<string, number> = { identity_already_exists: 500, signup_disabled: 403 };
  return new AuthError(statuses[error.code] ?? error.status, error.code, error.message);
}

type Finished =
  | { refusal: AuthError }
  | { code: string; userId: string; isNew: boolean }
  | { started: Started; userId: string; isNew: boolean };

async function finish(service: Service, flow: FlowRow, granted: Granted): Promise<Finished> {
  const { db } = service;
  const { person } = granted;
  let userId: string;
  let isNew = false;
  if (flow.linking_target_id) {
    const user = await findUser(db, { id: flow.linking_target_id });
    if (!user) throw invalid('The user who wanted to link an identity does not exist');
    await link(service, user, person);
    userId = user.id;
  } else {
    const resolved = await resolve(service, person);
    if (resolved.refusal) {
      await forget(db, flow);
      return { refusal: resolved.refusal };
    }
    userId = resolved.user.id;
    isNew = resolved.isNew;
  }
  if (flow.auth_code) {
    await db`
      update auth.flow_state set user_id = ${userId}, auth_code_issued_at = now(), updated_at = now(),
        provider_access_token = ${granted.accessToken}, provider_refresh_token = ${granted.refreshToken}
       where id = ${flow.id}`;
    return { code: flow.auth_code, userId, isNew };
  }
  const started = await startSession(service, { id: userId }, 'oauth');
  await forget(db, flow);
  return { started, userId, isNew };
}

const forget = (db: Db, flow: FlowRow) => db`delete from auth.flow_state where id = ${flow.id}`;
