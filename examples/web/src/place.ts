/** Which channel is open: kept in the address, so that a reload, a link and the back button lead there. */
import type { ChannelInfo } from '@confab/sdk';
import { useMemo, useSyncExternalStore } from 'react';

export type Place = { kind: 'channel' | 'dm'; key: string } | null;

export const HOME = '#/';

/** The address of a channel: by slug where there is one, by id for direct messages. */
export const addressOf = (channel: Pick<ChannelInfo, 'id' | 'slug'>): string =>
  channel.slug === null ? `#/dm/${channel.id}` : `#/c/${encodeURIComponent(channel.slug)}`;

export const goTo = (address: string): void => {
  location.hash = address;
};

/** The place an address names; anything else is the start page. */
function parsePlace(hash: string): Place {
  const [, kind, key] = /^#\/(c|dm)\/([^/]+)$/.exec(hash) ?? [];
  if (!kind || !key) return null;
  try {
    return { kind: kind === 'dm' ? 'dm' : 'channel', key: decodeURIComponent(key) };
  } catch {
    return null;
  }
}

export const isAt = (place: Place, channel: Pick<ChannelInfo, 'id' | 'slug'>): boolean =>
  place !== null && (place.kind === 'dm' ? place.key === channel.id : place.key === channel.slug);

const follow = (onChange: () => void) => {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
};

export function usePlace(): Place {
  const hash = useSyncExternalStore(follow, () => location.hash);
  return useMemo(() => parsePlace(hash), [hash]);
}
