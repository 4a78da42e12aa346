/** What is on screen: kept in the address, so that a reload, a link and the back button lead there. */
import type { ChannelInfo } from '@confab/sdk';
import { useMemo, useSyncExternalStore } from 'react';

const PAGES = ['threads', 'activity', 'saved', 'drafts'] as const;
const PANELS = ['details', 'members', 'pins', 'files'] as const;

export type PageName = (typeof PAGES)[number];
export type PanelName = (typeof PANELS)[number];

export interface ChannelPlace {
  page: 'channel';
  /** The channel's slug or id. */
  key: string;
  /** Id of the message to go to. */
  message: string | null;
  /** seq of the message whose thread is open beside the channel. */
  thread: number | null;
  panel: PanelName | null;
  /** What is being searched for, beside the channel. */
  search: string | null;
}

export type Place =
  | ChannelPlace
  | { page: PageName; search: string | null }
  | { page: 'home'; search: string | null };

export const HOME = '#/';

type Addressed = Pick<ChannelInfo, 'id' | 'slug'>;
export type Detail = { message?: string; thread?: number; panel?: PanelName; search?: string };

/** The address of a channel: by slug where there is one, else by id. */
export const addressOf = (channel: Addressed, detail: Detail = {}): string =>
  (channel.slug === null ? `#/dm/${channel.id}` : addressOfSlug(channel.slug)) + queryOf(detail);

export const addressOfSlug = (slug: string): string => `#/c/${encodeURIComponent(slug)}`;
export const addressOfPage = (page: PageName): string => `#/${page}`;

export const goTo = (address: string): void => {
  location.hash = address;
};

/** Changes what stands beside the page and leaves the page. */
export function showBeside(detail: Detail): void {
  goTo(besideAddress(detail));
}

/** The same without a step in the history, as while somebody types. */
export const replaceBeside = (detail: Detail): void => replaceAddress(besideAddress(detail));

const besideAddress = (detail: Detail): string => (location.hash.split('?')[0] || HOME) + queryOf(detail);

function replaceAddress(address: string): void {
  history.replaceState(null, '', address);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Takes the message out of the address without leaving a step in the history. */
export function forgetMessage(): void {
  const [path = '', text = ''] = location.hash.split('?', 2);
  const query = new URLSearchParams(text);
  query.delete('message');
  replaceAddress(path + (query.size > 0 ? `?${query}` : ''));
}

export const closeBeside = (): void => showBeside({});

function queryOf(detail: Detail): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(detail)) if (value !== undefined) query.set(name, String(value));
  return query.size > 0 ? `?${query}` : '';
}

/** The place an address names; anything else is the start page. */
function parsePlace(hash: string): Place {
  const [path = '', text = ''] = hash.split('?', 2);
  const query = new URLSearchParams(text);
  const search = query.get('search');
  const page = PAGES.find((name) => path === addressOfPage(name));
  if (page) return { page, search };
  const [, key] = /^#\/(?:c|dm)\/([^/]+)$/.exec(path) ?? [];
  if (!key) return { page: 'home', search };
  try {
    return {
      page: 'channel',
      key: decodeURIComponent(key),
      message: query.get('message'),
      thread: Number(query.get('thread')) || null,
      panel: PANELS.find((name) => name === query.get('panel')) ?? null,
      search,
    };
  } catch {
    return { page: 'home', search };
  }
}

export const isAt = (place: Place, channel: Addressed): boolean =>
  place.page === 'channel' && (place.key === channel.slug || place.key === channel.id);

const follow = (onChange: () => void) => {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
};

export function usePlace(): Place {
  const hash = useSyncExternalStore(follow, () => location.hash);
  return useMemo(() => parsePlace(hash), [hash]);
}
