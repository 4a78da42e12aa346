/** Recognises the project's keys and turns them into the tokens that the services behind the gateway understand. */
import type { IncomingHttpHeaders } from 'node:http';

export interface ProjectKeys {
  anonKey: string;
  serviceRoleKey: string;
  publishableKey: string;
  secretKey: string;
}

export interface ApiKeys {
  isKnown(key: string): boolean;
  /** The token for an opaque key; any other value stays as it is. */
  token(key: string): string;
}

export function apiKeys(keys: ProjectKeys): ApiKeys {
  const tokens = new Map([
    [keys.publishableKey, keys.anonKey],
    [keys.secretKey, keys.serviceRoleKey],
    [keys.anonKey, keys.anonKey],
    [keys.serviceRoleKey, keys.serviceRoleKey],
  ]);
  return { isKnown: (key) => tokens.has(key), token: (key) => tokens.get(key) ?? key };
}

/** The key of a request: the header, or the query parameter, which is all a browser's WebSocket can send. */
export function requestKey(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const header = headers.apikey;
  return (Array.isArray(header) ? header[0] : header) || query.get('apikey') || undefined;
}

/** A signed-in caller's own token stays; an opaque key or nothing is replaced by the key's token. */
export function bearerToken(authorization: string | undefined, key: string | undefined, keys: ApiKeys) {
  if (authorization && !/^bearer sb_/i.test(authorization)) return authorization;
  return key === undefined ? authorization : `Bearer ${keys.token(key)}`;
}
