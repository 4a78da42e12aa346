/** What a page says of itself: its Open Graph data, or else its title and description. */
import ogs from 'open-graph-scraper';
import type { Page } from './fetch.ts';

export interface Preview {
  url: string;
  title: string;
  /** Empty when the page has none. */
  description: string;
  /** The address of a picture; empty when the page has none. */
  image: string;
}

/** `address` as it stands in the message. */
export async function previewOf(address: string, page: Page): Promise<Preview | undefined> {
  const { error, result } = await ogs({ html: page.html, onlyGetOpenGraphInfo: false });
  if (error) return undefined;
  const title = line(result.ogTitle ?? result.twitterTitle ?? result.dcTitle, 300);
  if (!title) return undefined;
  return {
    url: address,
    title,
    description: line(result.ogDescription ?? result.twitterDescription ?? result.dcDescription, 1000),
    image: pictureAt(result.ogImage?.[0]?.url ?? result.twitterImage?.[0]?.url, page.url),
  };
}

/** One line, without characters that are not seen and turn others round. Joiners stay: emoji are made with them. */
function line(text: string | undefined, max: number): string {
  const clean = (text ?? '')
    .replace(/[\p{Cc}\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
    .trim();
  return [...clean].slice(0, max).join('');
}

function pictureAt(address: string | undefined, base: string): string {
  if (!address || !URL.canParse(address, base)) return '';
  const { protocol, href } = new URL(address, base);
  return (protocol === 'https:' || protocol === 'http:') && href.length <= 2000 ? href : '';
}
