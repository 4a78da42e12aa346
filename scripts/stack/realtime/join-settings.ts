/** Reads the payload of a join, forgiving as the real server is. */
import { randomUUID } from 'node:crypto';
import { isRecord } from './protocol.ts';

export interface JoinSettings {
  isPrivate: boolean;
  ack: boolean;
  self: boolean;
  /** The client wants to know when messages from the database can arrive. */
  replicationReady: boolean;
  presenceEnabled: boolean;
  presenceKey: string;
  /** As sent, still to be checked. */
  replay: Record<string, unknown> | undefined;
  /** `undefined` means the token of the connection. */
  token: string | undefined;
}

/** A payload in which settings cannot even be looked for. */
export class UnreadableSettings extends Error {
  override name = 'UnreadableSettings';
}

export function readJoinSettings(payload: unknown): JoinSettings {
  const join = isRecord(payload) ? payload : {};
  const config = section(join.config);
  const broadcast = section(config.broadcast);
  const presence = isRecord(config.presence) ? config.presence : {};
  const key = presence.key;
  return {
    isPrivate: isTrue(config.private),
    ack: isTrue(broadcast.ack),
    self: isTrue(broadcast.self),
    replicationReady: isTrue(broadcast.replication_ready),
    presenceEnabled: isTrue(presence.enabled),
    presenceKey: key === undefined || key === null || key === '' ? randomUUID() : String(key),
    replay: isRecord(broadcast.replay) ? broadcast.replay : undefined,
    token: usableToken(join.user_token) ?? usableToken(join.access_token),
  };
}

/** Signed-out clients send their own opaque key, which says no more than the connection's. */
export function usableToken(value: unknown): string | undefined {
  return typeof value === 'string' && !value.startsWith('sb_') ? value : undefined;
}

function section(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (isRecord(value)) return value;
  throw new UnreadableSettings();
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}
