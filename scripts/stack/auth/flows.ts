/** Flows that end in an authorization code, which only the one who began them can exchange (PKCE). */
import { createHash, randomUUID } from 'node:crypto';
import { audit } from './audit.ts';
import { type Db, transaction } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import { type Service, within } from './service.ts';
import { type Started, startSession } from './sessions.ts';
import { findUser } from './users.ts';

const SECONDS = 300;

export interface FlowRow {
  id: string;
  user_id: string | null;
  auth_code: string | null;
  code_challenge_method: 's256' | 'plain' | null;
  code_challenge: string | null;
  provider_type: string;
  provider_access_token: string | null;
  provider_refresh_token: string | null;
  authentication_method: string;
  auth_code_issued_at: Date | null;
  created_at: Date;
  referrer: string | null;
  linking_target_id: string | null;
}

export interface Challenge {
  code_challenge: string;
  code_challenge_method: string;
}

/** Both or neither, and of the right length. */
export function requireChallenge({ code_challenge, code_challenge_method }: Challenge): void {
  if (!code_challenge && !code_challenge_method) return;
  if (!code_challenge || !code_challenge_method) {
    throw invalid('PKCE flow requires code_challenge_method and code_challenge');
  }
  if (code_challenge.length < 43 || code_challenge.length > 128) {
    throw invalid('code challenge has to be between 43 and 128 characters');
  }
  if (!/^[\w.~-]+$/.test(code_challenge)) {
    throw invalid('code challenge should be url-safe characters only');
  }
}

export interface NewFlow {
  challenge: Challenge;
  provider: string;
  method: string;
  userId?: string;
  referrer?: string;
  linkingTarget?: string | undefined;
}

export async function insertFlow(db: Db, flow: NewFlow): Promise<string> {
  const { code_challenge, code_challenge_method } = flow.challenge;
  const isPkce = code_challenge !== '';
  const method = isPkce ? code_challenge_method.toLowerCase() : null;
  if (isPkce && method !== 's256' && method !== 'plain') {
    throw invalid(`code challenge method "${code_challenge_method}" is not supported`);
  }
  const id = randomUUID();
  await db`
    insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge, provider_type,
      provider_access_token, provider_refresh_token, authentication_method, referrer, linking_target_id,
      created_at, updated_at)
    values (${id}, ${flow.userId ?? null}, ${isPkce ? randomUUID() : null}, ${method},
      ${isPkce ? code_challenge : null}, ${flow.provider}, '', '', ${flow.method}, ${flow.referrer ?? null},
      ${flow.linkingTarget ?? null}, now(), now())`;
  return id;
}

/** Begins a flow for a link that is sent to a user; nothing without a challenge. */
export async function beginFlow(
  db: Db,
  challenge: Challenge,
  userId: string,
  method: string,
): Promise<boolean> {
  if (!challenge.code_challenge) return false;
  await insertFlow(db, { challenge, provider: method.split('/')[0] ?? method, method, userId });
  return true;
}

export async function findFlow(db: Db, id: string): Promise<FlowRow | undefined> {
  const [row] = await db<FlowRow[]>`select * from auth.flow_state where id = ${id} for update`;
  return row;
}

export const isFlowExpired = (flow: FlowRow) =>
  Date.now() > (flow.auth_code_issued_at ?? flow.created_at).getTime() + SECONDS * 1000;

/** The code of the newest flow that a user has begun in this way. */
export async function issueCode(db: Db, userId: string, method: string): Promise<string> {
  const [row] = await db<{ auth_code: string }[]>`
    update auth.flow_state set auth_code_issued_at = now(), updated_at = now()
     where id = (select id from auth.flow_state
                  where user_id = ${userId} and authentication_method = ${method} and auth_code is not null
                  order by created_at desc limit 1)
     returning auth_code`;
  if (!row) throw flowNotFound();
  return row.auth_code;
}

export const flowNotFound = () =>
  new AuthError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');

/** Exchanges the code; a code is good for one session. */
export async function exchangeCode(
  service: Service,
  code: string,
  verifier: string,
): Promise<{ started: Started; flow: FlowRow }> {
  if (!code || !verifier) {
    throw invalid('invalid request: both auth code and code verifier should be non-empty');
  }
  return transaction(service.db, async (tx) => {
    const [flow] = await tx<FlowRow[]>`select * from auth.flow_state where auth_code = ${code} for update`;
    if (!flow?.user_id || !flow.auth_code_issued_at) throw flowNotFound();
    if (isFlowExpired(flow)) {
      throw new AuthError(422, 'flow_state_expired', 'invalid flow state, flow state has expired');
    }
    if (!isVerifier(flow, verifier)) {
      throw new AuthError(
        400,
        'bad_code_verifier',
        'code challenge does not match previously saved code verifier',
      );
    }
    const user = await findUser(tx, { id: flow.user_id });
    if (!user) throw flowNotFound();
    await audit(tx, user, 'login', { provider_type: flow.provider_type });
    const started = await startSession(within(service, tx), user, flow.authentication_method);
    await tx`delete from auth.flow_state where id = ${flow.id}`;
    return { started, flow };
  });
}

const isVerifier = (flow: FlowRow, verifier: string): boolean =>
  flow.code_challenge ===
  (flow.code_challenge_method === 'plain'
    ? verifier
    : createHash('sha256').update(verifier).digest('base64url'));
