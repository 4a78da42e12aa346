/** Whoever calls without being signed in yet, as Auth is to see them: its log tells people where a session was begun. */
import type { Context } from 'hono';
import { addressOf } from './address.ts';
import type { HttpSettings } from './env.ts';
import type { ChatClient, Origin, Supabase } from './supabase.ts';

interface Reach {
  supabase: Supabase;
  http: HttpSettings;
}

export function originOf(c: Context, { http }: Reach): Origin {
  return { address: addressOf(c, http.trustedProxies), program: c.req.header('user-agent') ?? '' };
}

export const visitorOf = (c: Context, reach: Reach): ChatClient =>
  reach.supabase.asVisitor(originOf(c, reach));
