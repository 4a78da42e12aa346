/** The hits of a search, page by page. */
import type { SearchHit } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useEffect, useState } from 'react';
import { errorText } from '../ui/error-text.ts';
import { useRetry } from '../ui/use-retry.ts';

interface Found {
  query: string;
  hits: readonly SearchHit[];
  next: string | null;
  summary: string;
  error: string;
}

const NOTHING: Found = { query: '', hits: [], next: null, summary: '', error: '' };

export function useSearch(query: string) {
  const { search } = useChat();
  const [found, setFound] = useState(NOTHING);
  const [tries, setTries] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is the reason to ask again.
  useEffect(() => {
    if (query === '') return setFound(NOTHING);
    let isWanted = true;
    search.messages(query).then(
      ({ hits, next, total, isTotalExact }) => {
        if (!isWanted) return;
        const count = `${total.toLocaleString('en')}${isTotalExact ? '' : '+'}`;
        const summary = total === 0 ? 'Nothing found.' : `${count} ${total === 1 ? 'message' : 'messages'}`;
        setFound({ query, hits, next, summary, error: '' });
      },
      (refusal: unknown) => isWanted && setFound({ ...NOTHING, query, error: errorText(refusal) }),
    );
    return () => {
      isWanted = false;
    };
  }, [search, query, tries]);

  async function loadMore() {
    if (found.next === null || found.query !== query) return;
    // What has been found meanwhile, for another query, stays.
    const extend = (page: Partial<Found>) => setFound((now) => (now === found ? { ...found, ...page } : now));
    try {
      const { hits, next } = await search.messages(query, { cursor: found.next });
      extend({ hits: [...found.hits, ...hits], next, error: '' });
    } catch (refusal) {
      extend({ error: errorText(refusal) });
    }
  }

  useRetry(found.error !== '' && found.query === query, () => {
    if (found.next === null) setTries(tries + 1);
    else void loadMore();
  });

  return { ...found, hasMore: found.next !== null, loadMore };
}
