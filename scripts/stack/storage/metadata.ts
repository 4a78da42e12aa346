/** What is kept of a file beside its bytes: the server's own metadata, and the user's. */
import type postgres from 'postgres';
import type { Received } from './files.ts';

export interface ObjectMetadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
  xRobotsTag?: string;
}

export type UserMetadata = { [key: string]: postgres.JSONValue } | null;

/** What the row of a file says about it. */
export function metadataOf(
  received: Received,
  mimetype: string,
  cacheControl: string,
  xRobotsTag?: string,
): ObjectMetadata {
  return {
    eTag: received.eTag,
    size: received.size,
    mimetype,
    cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: received.size,
    httpStatusCode: 200,
    ...(xRobotsTag !== undefined && { xRobotsTag }),
  };
}

/** User metadata from base64; what is no object counts as none. */
export function decodeUserMetadata(base64: string | undefined): UserMetadata {
  return base64 === undefined ? {} : parseUserMetadata(Buffer.from(base64, 'base64').toString());
}

export function parseUserMetadata(text: string): UserMetadata {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as UserMetadata) : {};
  } catch {
    return {};
  }
}
