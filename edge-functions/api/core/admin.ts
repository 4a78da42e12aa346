/** What admins of the platform do and look at, whatever document asks for it. */
import { type ChatClient, run } from '../../_shared/supabase.ts';

/** Figures of the whole platform, at most about five minutes old. */
export const readStats = (client: ChatClient) => run('read the stats', client.rpc('get_stats').single());

export interface AccountQuery {
  search?: string | undefined;
  isSuspended?: boolean | undefined;
  limit: number;
  offset: number;
}

/** A page of accounts by username, and how many there are in all. */
export async function listAccounts(client: ChatClient, { search, isSuspended, limit, offset }: AccountQuery) {
  const wish = {
    ...(search !== undefined && { query: search }),
    ...(isSuspended !== undefined && { suspended: isSuspended }),
  };
  const [accounts, total] = await Promise.all([
    run('list users', client.rpc('list_accounts', { ...wish, page_size: limit, skip: offset })),
    run('list users', client.rpc('count_accounts', wish)),
  ]);
  return { accounts, total };
}

/** Shuts somebody out, and returns the address to tell; none when they were suspended before or have no address. */
export async function suspendUser(
  client: ChatClient,
  user_id: string,
  reason: string,
): Promise<string | undefined> {
  const [told] = await run('suspend user', client.rpc('suspend_user', { user_id, reason }));
  return told?.email ?? undefined;
}

export const activateUser = (client: ChatClient, user_id: string) =>
  run('activate user', client.rpc('activate_user', { user_id }));

export const deleteUser = (client: ChatClient, user_id: string) =>
  run('delete user', client.rpc('delete_user', { user_id }));

interface LogQuery {
  before?: number | undefined;
  limit: number;
}

export interface AuditQuery extends LogQuery {
  actorId?: string | undefined;
  targetId?: string | undefined;
  action?: string | undefined;
}

export async function listAuditLog(client: ChatClient, { actorId, targetId, action, ...page }: AuditQuery) {
  const rows = await run(
    'list the audit log',
    client.rpc('list_audit_log', {
      ...(actorId !== undefined && { actor_id: actorId }),
      ...(targetId !== undefined && { target_id: targetId }),
      ...(action !== undefined && { action }),
      ...toPage(page),
    }),
  );
  return cut(rows, page);
}

/** Of one user, or of everyone. */
export async function listAuthLog(
  client: ChatClient,
  { userId, ...page }: LogQuery & { userId?: string | undefined },
) {
  const whose = userId === undefined ? { of_everyone: true } : { user_id: userId };
  const rows = await run('list the auth log', client.rpc('list_auth_log', { ...whose, ...toPage(page) }));
  return cut(rows, page);
}

/** One row more than asked for tells whether there are more. */
const toPage = ({ before, limit }: LogQuery) => ({
  page_size: limit + 1,
  ...(before !== undefined && { before_id: before }),
});

const cut = <Row>(rows: Row[], { limit }: LogQuery) => ({
  entries: rows.slice(0, limit),
  hasMore: rows.length > limit,
});
